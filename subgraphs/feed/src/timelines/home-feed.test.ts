import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { type FreshFeed, freshFeed } from '../../tests/fresh-feed.ts'
import { openHome, pickFromHome, readHome } from './home-feed.ts'
import { type Item, type ItemPlace, itemId } from './store.ts'

let fresh: FreshFeed
before(async () => {
  fresh = await freshFeed()
})
after(() => fresh[Symbol.asyncDispose]())

const AUTHORS = 400
const GENRE = 'genre_of_interest'

/** A viewer who follows many authors, each with two items in a genre of interest and one in another. */
async function crowd() {
  const { db } = fresh.database
  const viewerId = newId('user')
  const authorIds = Array.from({ length: AUTHORS }, () => newId('user'))
  const named = { names: { username: 'a', displayName: 'A', avatarUrl: null, version: 1 } }
  await db.collection('members').insertMany(authorIds.map((_id) => ({ _id: _id as never, ...named })))
  await db.collection('follows').insertMany(
    authorIds.map((followeeId) => ({
      _id: `${viewerId}:${followeeId}` as never,
      followerId: viewerId,
      followeeId,
      since: new Date(0),
      version: 1,
    })),
  )
  await db
    .collection('interests')
    .insertOne({ _id: `${viewerId}:${GENRE}` as never, userId: viewerId, genreId: GENRE, since: new Date(0), version: 1 })
  const rows = authorIds.flatMap((authorId, index) =>
    [GENRE, GENRE, 'genre_of_others'].map((genreId, n) => {
      const subjectId = newId('review')
      // Times repeat, so that ids decide too.
      const occurredAt = new Date(1_700_000_000_000 + Math.floor(index / 7) * 1_000 + n)
      return {
        _id: itemId(subjectId) as never,
        verb: 'REVIEWED',
        subjectId,
        authorId,
        workId: 'work',
        genreIds: [genreId],
        visibility: 'PUBLIC',
        excerpt: null,
        occurredAt,
        deleted: false,
        version: 1,
      }
    }),
  )
  await db.collection('feed_items').insertMany(rows)
  return { viewerId, rows }
}

const place = ({ occurredAt, id }: Item): ItemPlace => ({ occurredAt, id })

test('pages of a feed of many authors join in order, forwards and backwards', async () => {
  const { viewerId, rows } = await crowd()
  const home = await openHome(fresh.database, viewerId)
  const expected = rows
    .filter(({ genreIds }) => genreIds.includes(GENRE))
    .sort((a, b) => b.occurredAt.getTime() - a.occurredAt.getTime() || (a._id < b._id ? 1 : -1))
    .map(({ _id }) => String(_id))

  const read = async (backward: boolean) => {
    const seen: string[] = []
    for (let from: ItemPlace | null = null; ; ) {
      const page: Item[] = (await readHome(fresh.database, home, { limit: 90, backward, cursor: null }, from)).slice(0, 90)
      const last = page.at(-1)
      if (!last) return seen
      seen.push(...page.map(({ id }) => id))
      from = place(last)
    }
  }
  assert.deepEqual(await read(false), expected)
  assert.deepEqual(await read(true), expected.toReversed())
})

test('a page is read from the index in order: nothing is sorted, and little more is looked at than shown', async () => {
  const { viewerId } = await crowd()
  const { scopes } = await openHome(fresh.database, viewerId)
  const authorIds = scopes.flatMap((scope) => scope.authorIds).slice(0, 150)
  const plan = await fresh.database.db
    .collection('feed_items')
    .find({ authorId: { $in: authorIds }, deleted: false, visibility: { $in: ['PUBLIC', 'FOLLOWERS'] }, genreIds: { $in: [GENRE] } })
    .sort({ occurredAt: -1, _id: -1 })
    .limit(21)
    .explain('executionStats')
  const stages = JSON.stringify(plan.executionStats)
  assert.match(stages, /SORT_MERGE/)
  assert.doesNotMatch(stages, /"stage":"SORT"/)
  assert.ok(plan.executionStats.totalDocsExamined < 450, String(plan.executionStats.totalDocsExamined))
})

test('an item is picked by id only out of the own home feed', async () => {
  const { viewerId, rows } = await crowd()
  const [liked, , other] = rows.map(({ _id }) => String(_id))
  const home = await openHome(fresh.database, viewerId)
  assert.deepEqual(
    (await pickFromHome(fresh.database, home, [liked!, other!])).map(({ id }) => id),
    [liked],
  )
  assert.deepEqual(await pickFromHome(fresh.database, await openHome(fresh.database, newId('user')), [liked!, other!]), [])
})
