import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { servers } from '@vibely/testkit/servers'
import type { Document } from 'mongodb'
import { importCatalogue } from '../src/catalogue/import-catalogue.ts'
import { findGenreBySlug, genreFamilies } from '../src/genres/store.ts'
import { LIBRARY_ORDER } from '../src/library/store.ts'
import { childPages, type Order, windowStages } from '../src/paging.ts'
import { REVIEW_ORDER } from '../src/reviews/store.ts'
import { matchStages } from '../src/search/store.ts'
import { findWork, WORK_ORDERS, type Work, workCondition } from '../src/works/store.ts'
import { freshCulture } from './fresh-culture.ts'

// The whole catalogue, so that the server's choice of an index is the one it makes in earnest.
const culture = await freshCulture()
after(() => culture[Symbol.asyncDispose]())
const { database } = culture
const { db } = database
await importCatalogue({ env: { MONGODB_URL: servers().MONGODB_URL, VIBELY_NAMESPACE: culture.namespace } })

/** All stages of a plan, however deep. */
const stagesIn = (plan: unknown): string[] =>
  Array.isArray(plan)
    ? plan.flatMap(stagesIn)
    : typeof plan === 'object' && plan !== null
      ? [...('stage' in plan && typeof plan.stage === 'string' ? [plan.stage] : []), ...Object.values(plan).flatMap(stagesIn)]
      : []

const explain = (collection: string, pipeline: Document[]) => db.collection(collection).aggregate(pipeline).explain('executionStats')

/** Documents that a plan looked at. */
const examined = (plan: Document): number => plan.executionStats.totalDocsExamined

const window = (order: Order, place: (string | number)[] | null = null) => ({ order, place, backward: false, limit: 21 })

for (const [sort, order] of Object.entries(WORK_ORDERS)) {
  test(`works by ${sort} read an index in order, no more than a page`, async () => {
    const plan = await explain('works', [{ $match: {} }, ...windowStages(window(order))])
    const stages = stagesIn(plan.queryPlanner.winningPlan)
    assert.ok(!stages.includes('COLLSCAN') && !stages.includes('SORT'), stages.join())
    assert.equal(examined(plan), 21)
  })

  test(`works of a genre and its children by ${sort} too`, async () => {
    const genre = await findGenreBySlug(database, 'speculative-fiction')
    const condition = workCondition({}, await genreFamilies(database, [genre!._id]))
    const plan = await explain('works', [{ $match: condition }, ...windowStages(window(order))])
    const stages = stagesIn(plan.queryPlanner.winningPlan)
    assert.ok(stages.includes('SORT_MERGE') && !stages.includes('COLLSCAN') && !stages.includes('SORT'), stages.join())
    assert.ok(examined(plan) < 50)
  })
}

test('a page far into the list starts at its place', async () => {
  const order = WORK_ORDERS.TITLE
  const [far] = await db.collection<Work>('works').find().sort(order).skip(2000).limit(1).toArray()
  const plan = await explain('works', [{ $match: {} }, ...windowStages(window(order, [far!.order.title, far!._id]))])
  assert.ok(!stagesIn(plan.queryPlanner.winningPlan).includes('COLLSCAN'))
  assert.ok(examined(plan) < 30)
})

test('works of people use their index', async () => {
  const work = await findWork(database, 'work_01dxf6khtqeeh9wh766gh4q690')
  const condition = workCondition({ personIds: work!.credits.map(({ personId }) => personId) }, null)
  const plan = await explain('works', [{ $match: condition }, ...windowStages(window(WORK_ORDERS.NEWEST))])
  assert.ok(!stagesIn(plan.queryPlanner.winningPlan).includes('COLLSCAN'))
  assert.ok(examined(plan) < 30)
})

test('a search reads the text indexes', async () => {
  const plan = await explain('works', matchStages({ text: '"godfather"', exact: 'godfather' }))
  assert.ok(!stagesIn(plan).includes('COLLSCAN'))
  assert.ok(stagesIn(plan).includes('TEXT_MATCH'))
})

test('slugs and keys use their indexes', async () => {
  const filters: readonly (readonly [string, Document])[] = [
    ['works', { slug: 'inception-2010' }],
    ['genres', { slug: 'drama' }],
    ['genres', { parentId: { $in: [newId('genre')] } }],
    ['library_entries', { $or: [{ userId: newId('user'), workId: newId('work') }] }],
    ['reviews', { $or: [{ userId: newId('user'), workId: newId('work') }] }],
  ]
  for (const [collection, filter] of filters) {
    const plan = await explain(collection, [{ $match: filter }])
    assert.ok(!stagesIn(plan.queryPlanner.winningPlan).includes('COLLSCAN'), collection)
  }
})

const LISTS: readonly (readonly [string, string, Order])[] = [
  ['reviews', 'workId', REVIEW_ORDER],
  ['reviews', 'userId', REVIEW_ORDER],
  ['library_entries', 'userId', LIBRARY_ORDER],
  ['works', 'genreIds', WORK_ORDERS.POPULARITY],
]

for (const [collection, field, order] of LISTS) {
  test(`lists of ${collection} by ${field} are index scans, one for each parent`, async () => {
    const parents = [newId('work'), newId('work'), newId('work')].map((parent) => ({ parent, filter: {} }))
    const plan = await db.aggregate(childPages(collection, field, parents, windowStages(window(order)))).explain('executionStats')
    const lookup = plan.stages.find((stage: Document) => '$lookup' in stage)
    assert.equal(Number(lookup.collectionScans), 0)
    assert.equal(lookup.indexesUsed.length, 1)
  })
}
