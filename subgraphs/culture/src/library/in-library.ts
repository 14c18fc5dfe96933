import type { Append } from '@vibely/kit/outbox'
import { inTransaction, type MongoTx, withAggregate } from '@vibely/kit/outbox-mongo'
import type { Services } from '../services.ts'
import { findWork, type Work } from '../works/store.ts'
import { type EntryKey, findEntry, type LibraryEntry } from './store.ts'

/** One work's place in a member's library, held by a transaction. */
export interface LibraryPlace {
  readonly tx: MongoTx
  /** Appends an event of the library. */
  readonly append: Append
  readonly userId: string
  readonly work: Work
  /** The entry as it is; null without one. */
  readonly entry: LibraryEntry | null
  /** Mean score of all works. */
  readonly mean: number
}

/**
 * Runs a change of a member's library, and of what goes with it, in one transaction. Its locks are always taken in the same
 * order: the turn of the work, the library, then whatever the change takes, such as a review. May run the change again.
 * @returns null when there is no such work
 */
export async function inLibrary<T>(
  { database, queue, meanScore }: Services,
  { userId, workId }: EntryKey,
  change: (place: LibraryPlace) => Promise<T>,
): Promise<T | null> {
  const mean = await meanScore()
  return queue(workId, () =>
    inTransaction(database.client, database.db, async (tx) => {
      const work = await findWork(tx, workId)
      if (!work) return null
      return withAggregate(tx, 'library', userId, async (append) =>
        change({ tx, append, userId, work, entry: await findEntry(tx, { userId, workId }), mean }),
      )
    }),
  )
}
