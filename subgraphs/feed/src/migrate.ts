import { randomUUID } from 'node:crypto'
import { ensureCollections, openDatabase } from '@vibely/kit/mongo'
import { ensureBackboneIndexes } from '@vibely/kit/outbox-mongo'
import type { IndexDescription } from 'mongodb'
import { KEPT_DAYS } from './notifications/store.ts'

const DAY_SECONDS = 24 * 3600

const INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  members: [],
  works: [],
  genres: [],
  follows: [{ key: { followerId: 1, followeeId: 1 } }, { key: { followeeId: 1, followerId: 1 } }],
  interests: [{ key: { userId: 1, genreId: 1 } }],
  // One scan an author gives its items in the order of a timeline.
  feed_items: [{ key: { authorId: 1, occurredAt: -1, _id: -1 } }],
  announcements: [],
  notifications: [
    { key: { userId: 1, hidden: 1, createdAt: -1, _id: -1 } },
    { key: { userId: 1, hidden: 1, createdAt: -1 }, name: 'unread', partialFilterExpression: { readAt: null } },
    { key: { itemId: 1 } },
    { key: { createdAt: 1 }, expireAfterSeconds: KEPT_DAYS * DAY_SECONDS },
  ],
  live_channels: [],
  live_events: [
    { key: { channel: 1, seq: 1 }, unique: true },
    { key: { published: 1, channel: 1, seq: 1 }, partialFilterExpression: { published: false } },
    { key: { createdAt: 1 }, expireAfterSeconds: 7 * DAY_SECONDS },
  ],
  last_seen: [],
  relay_lease: [],
}

/** Brings a database to what this version needs: collections, because transactions cannot make them, and indexes. Safe to repeat. */
export async function migrate(url: string, databaseName: string): Promise<void> {
  await using database = await openDatabase(url, databaseName)
  const { db } = database
  await ensureBackboneIndexes(db)
  await ensureCollections(db, INDEXES)
  await db
    .collection<{ _id: string }>('live_store')
    .updateOne({ _id: 'epoch' }, { $setOnInsert: { epoch: randomUUID() } }, { upsert: true })
}
