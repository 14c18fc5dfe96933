import { findByIds, type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import type { LibraryFilter, LibraryStatus } from '../generated/graphql.ts'
import { type ChildLoader, childLoader, type Order, type Page } from '../paging.ts'
import type { Piece } from '../visibility.ts'

/** A work in a member's library. */
export interface LibraryEntry extends Piece {
  readonly _id: string
  readonly workId: string
  readonly status: LibraryStatus
  readonly score: number | null
  /** PartialDate. */
  readonly startedOn: string | null
  readonly finishedOn: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Version of the whole library that last touched the entry: grows with every change, and orders the library by change. */
  readonly version: number
}

export type LibraryEntryPage = Page<LibraryEntry>

/** What names an entry besides its id. */
export interface EntryKey {
  readonly userId: string
  readonly workId: string
}

export const entryKeyText = ({ userId, workId }: EntryKey): string => `${userId} ${workId}`

const entries = ({ db }: Source) => db.collection<LibraryEntry>('library_entries')

/** Last changed first. */
export const LIBRARY_ORDER: Order = { version: -1 }

export const findEntries = (source: Source, ids: readonly string[]): Promise<LibraryEntry[]> =>
  findByIds<LibraryEntry>(source, 'library_entries', ids)

export const findEntry = (source: Source, { userId, workId }: EntryKey): Promise<LibraryEntry | null> =>
  entries(source).findOne({ userId, workId }, within(source))

export const findEntriesByKeys = (source: Source, keys: readonly EntryKey[]): Promise<LibraryEntry[]> =>
  entries(source)
    .find({ $or: keys.map(({ userId, workId }) => ({ userId, workId })) }, within(source))
    .toArray()

/** Inserts or replaces an entry. The caller holds the lock of the library. */
export async function saveEntry(tx: MongoTx, entry: LibraryEntry): Promise<void> {
  await entries(tx).replaceOne({ _id: entry._id }, entry, { upsert: true, session: tx.session })
}

/** The filter as MongoDB reads it. */
export const entryCondition = ({ statuses, scoreFrom }: LibraryFilter) => ({
  ...(statuses && { status: { $in: statuses } }),
  ...(scoreFrom && { score: { $gte: scoreFrom } }),
})

/** Libraries of members, page by page. */
export const libraries = (source: Source): ChildLoader<LibraryEntry> =>
  childLoader(source, { collection: 'library_entries', field: 'userId' })
