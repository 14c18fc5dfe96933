import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { MediaType, WorkCreatedSchema } from '@vibely/schema/events/culture/v1/work_state'
import { servers } from '@vibely/testkit/servers'
import { eventsOf, freshCulture } from '../../tests/fresh-culture.ts'
import type { Work } from '../works/store.ts'
import { importCatalogue } from './import-catalogue.ts'

const culture = await freshCulture()
after(() => culture[Symbol.asyncDispose]())
const { db } = culture.database
const env = { MONGODB_URL: servers().MONGODB_URL, VIBELY_NAMESPACE: culture.namespace }
const works = db.collection<Work>('works')

test('the first import brings every work and genre, each with its event, and reports its progress', async () => {
  const progress: (readonly [number, number])[] = []
  assert.deepEqual(await importCatalogue({ env, onProgress: (done, total) => progress.push([done, total]) }), { works: 3339, genres: 24 })
  assert.deepEqual(progress.at(-1), [3339, 3339])
  assert.equal(progress.length, 34)
  assert.equal(await works.countDocuments(), 3339)

  const created = await eventsOf(culture, WorkCreatedSchema)
  assert.equal(new Set(created.map(({ work }) => work?.workId)).size, 3339)
  const changed = await eventsOf(culture, GenreChangedSchema)
  assert.equal(new Set(changed.map(({ slug }) => slug)).size, 24)
})

test('a second import writes nothing', async () => {
  const outbox = await db.collection('outbox').countDocuments()
  assert.deepEqual(await importCatalogue({ env }), { works: 0, genres: 0 })
  assert.equal(await db.collection('outbox').countDocuments(), outbox)
  assert.equal(await works.countDocuments(), 3339)
})

test('an import that was cut off is finished by the next one', async () => {
  await works.deleteMany({ slug: { $in: ['inception-2010', 'dracula'] } })
  assert.deepEqual(await importCatalogue({ env }), { works: 2, genres: 0 })
})

test('ids are the same everywhere', async () => {
  const inception = await works.findOne({ slug: 'inception-2010' })
  assert.equal(inception?._id, 'work_01dxf6khtqeeh9wh766gh4q690')
})

test('slugs are readable, and every reference leads somewhere', async () => {
  const all = await works.find().toArray()
  assert.deepEqual(
    all.filter(({ slug }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)).map(({ slug }) => slug),
    [],
  )
  const people = new Set(await db.collection<{ _id: string }>('people').distinct('_id'))
  const genres = new Set(await db.collection<{ _id: string }>('genres').distinct('_id'))
  const lost = all.filter(
    (work) => !work.genreIds.every((id) => genres.has(id)) || !work.credits.every(({ personId }) => people.has(personId)),
  )
  assert.deepEqual(lost, [])
})

test("a work's event tells what others need", async () => {
  const created = await eventsOf(culture, WorkCreatedSchema)
  const book = created.find(({ work }) => work?.slug === 'the-lord-of-the-rings')?.work
  const stored = await works.findOne({ slug: 'the-lord-of-the-rings' })
  assert.ok(book && stored)
  assert.equal(book.title, 'The Lord of the Rings')
  assert.equal(book.mediaType, MediaType.BOOK)
  assert.deepEqual(book.genreIds, stored.genreIds)
  assert.deepEqual(
    book.personIds,
    stored.credits.map(({ personId }) => personId),
  )
})
