import { ensureCollections, openDatabase } from '@vibely/kit/mongo'
import { ensureBackboneIndexes } from '@vibely/kit/outbox-mongo'
import type { IndexDescription } from 'mongodb'

// One index for each order of works, alone and within a genre: see WORK_ORDERS.
const WORK_KEYS = [
  { entries: -1, _id: -1 },
  { 'ratings.weighted': -1, _id: -1 },
  { 'order.released': -1, _id: -1 },
  { 'order.title': 1, _id: 1 },
] as const

// Titles are of many languages, so no language's stop words and endings may be dropped: there are films called It and Her.
const TEXT = { default_language: 'none', language_override: 'none' }

const INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  works: [
    { key: { slug: 1 }, unique: true },
    { key: { 'credits.personId': 1 } },
    ...WORK_KEYS.flatMap((key) => [{ key }, { key: { genreIds: 1 as const, ...key } }]),
    { key: { title: 'text', creators: 'text' }, weights: { title: 10, creators: 3 }, ...TEXT },
  ],
  people: [{ key: { name: 'text' }, weights: { name: 10 }, ...TEXT }],
  genres: [{ key: { slug: 1 }, unique: true }, { key: { parentId: 1 } }, { key: { ancestorIds: 1 } }],
  library_entries: [{ key: { userId: 1, workId: 1 }, unique: true }, { key: { userId: 1, version: -1 } }],
  reviews: [{ key: { userId: 1, workId: 1 }, unique: true }, { key: { workId: 1, _id: -1 } }, { key: { userId: 1, _id: -1 } }],
  idempotency_keys: [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }],
  members: [],
  follows: [{ key: { followerId: 1, active: 1, followeeId: 1 } }, { key: { followeeId: 1, active: 1, followerId: 1 } }],
  relay_lease: [],
}

/** Brings a database to what this version needs: collections, because transactions cannot make them, and indexes. Safe to repeat. */
export async function migrate(url: string, databaseName: string): Promise<void> {
  await using database = await openDatabase(url, databaseName)
  const { db } = database
  await ensureBackboneIndexes(db)
  await ensureCollections(db, INDEXES)
}
