import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fromBinary } from '@bufbuild/protobuf'
import { newId } from '@vibely/kit/ids'
import { InterestChangedSchema } from '@vibely/schema/events/social/v1/interest'
import { freshDb } from '../../tests/fresh-social.ts'
import { followGenre } from './follow-genre.ts'
import { countGenreFollowers, findInterests } from './store.ts'
import { unfollowGenre } from './unfollow-genre.ts'

const store = await freshDb()
after(() => store[Symbol.asyncDispose]())
const { db } = store

async function newGenre(): Promise<string> {
  const id = newId('genre')
  await db.genre.create({ data: { id, version: 1 } })
  return id
}

async function weightsOf(userId: string) {
  const rows = await db.outbox.findMany({ where: { aggregateType: 'interest', aggregateId: userId }, orderBy: { id: 'asc' } })
  return rows.map((row) => fromBinary(InterestChangedSchema, row.payload)).map(({ genreId, weight }) => [genreId, weight])
}

test('following a genre again with the same weight is one event, with another weight two', async () => {
  const [ada, drama] = [newId('user'), await newGenre()]
  for (const weight of [1, 1, 0.5, 0.5]) assert.deepEqual(await followGenre(db, ada, drama, weight), { ok: true })
  assert.deepEqual(await weightsOf(ada), [
    [drama, 1],
    [drama, 0.5],
  ])
})

test('unfollowing a genre twice is one event of weight 0', async () => {
  const [ada, drama] = [newId('user'), await newGenre()]
  await followGenre(db, ada, drama, 1)
  assert.deepEqual(await unfollowGenre(db, ada, drama), { ok: true })
  assert.deepEqual(await unfollowGenre(db, ada, drama), { ok: true })
  assert.deepEqual(await weightsOf(ada), [
    [drama, 1],
    [drama, 0],
  ])
})

test('a genre that nobody announced is not found', async () => {
  const [ada, unknown] = [newId('user'), newId('genre')]
  assert.deepEqual(await followGenre(db, ada, unknown, 1), { ok: false, code: 'NOT_FOUND', field: 'genreId' })
  assert.deepEqual(await unfollowGenre(db, ada, unknown), { ok: false, code: 'NOT_FOUND' })
})

test('a weight must be above 0 and at most 1', async () => {
  const [ada, drama] = [newId('user'), await newGenre()]
  for (const weight of [0, -1, 1.01, Number.NaN]) {
    assert.deepEqual(await followGenre(db, ada, drama, weight), { ok: false, code: 'INVALID', field: 'weight' })
  }
  assert.deepEqual(await weightsOf(ada), [])
})

test('interests come by weight, for many members at once, and followers are counted', async () => {
  const [ada, bruno] = [newId('user'), newId('user')]
  const [drama, comedy, horror] = [await newGenre(), await newGenre(), await newGenre()]
  await Promise.all([
    followGenre(db, ada, drama, 0.2),
    followGenre(db, ada, comedy, 0.9),
    followGenre(db, ada, horror, 0.5),
    followGenre(db, bruno, drama, 1),
  ])

  const found = await findInterests(db, [ada, bruno], 2)
  assert.deepEqual(
    found.get(ada)?.map(({ genreId }) => genreId),
    [comedy, horror],
  )
  assert.deepEqual(
    found.get(bruno)?.map(({ genreId }) => genreId),
    [drama],
  )
  assert.deepEqual(
    [...(await countGenreFollowers(db, [drama, comedy]))].toSorted(),
    [
      [drama, 2],
      [comedy, 1],
    ].toSorted(),
  )
})
