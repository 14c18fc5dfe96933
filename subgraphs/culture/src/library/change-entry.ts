import { newId } from '@vibely/kit/ids'
import type { Append } from '@vibely/kit/outbox'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { changeStanding } from '../works/ratings.ts'
import type { Work } from '../works/store.ts'
import { libraryEntryChanged } from './events.ts'
import { findEntry, type LibraryEntry, saveEntry } from './store.ts'

/** Fields to change; absent ones stay. */
export type EntryFields = Partial<Pick<LibraryEntry, 'status' | 'score' | 'startedOn' | 'finishedOn' | 'visibility'>>

/** A change of a member's entry for a work; without an entry it makes one. */
export interface EntryChange {
  readonly userId: string
  readonly work: Work
  readonly fields: EntryFields
  /** For a new entry, where `fields` says nothing. */
  readonly defaults?: Pick<EntryFields, 'visibility'>
  /** Mean score of all works. */
  readonly mean: number
}

/**
 * Writes an entry, the work's ratings and the event, inside the caller's transaction and the lock of the library that
 * `append` stands for. Idempotent: a change that changes nothing writes nothing.
 */
export async function changeEntry(tx: MongoTx, append: Append, change: EntryChange): Promise<LibraryEntry> {
  const { userId, work, fields, mean } = change
  const before = await findEntry(tx, { userId, workId: work._id })
  const draft = { ...(before ?? newEntry(change)), ...fields }
  if (before && isSame(before, draft)) return before
  // The entry carries the version that the event makes, and the event the entry: neither needs the other's number.
  const version = await append(libraryEntryChanged(before, draft, work.genreIds))
  const after: LibraryEntry = { ...draft, updatedAt: new Date(), version }
  await saveEntry(tx, after)
  if (!before || before.score !== after.score) {
    await changeStanding(tx, work._id, { entries: before ? 0 : 1, before: before?.score ?? null, after: after.score }, mean)
  }
  return after
}

const newEntry = ({ userId, work, defaults }: EntryChange): LibraryEntry => ({
  _id: newId('entry'),
  userId,
  workId: work._id,
  status: 'DONE',
  score: null,
  startedOn: null,
  finishedOn: null,
  visibility: defaults?.visibility ?? 'PUBLIC',
  createdAt: new Date(),
  updatedAt: new Date(),
  version: 0,
})

const COMPARED = ['status', 'score', 'startedOn', 'finishedOn', 'visibility'] as const

const isSame = (before: LibraryEntry, after: LibraryEntry): boolean => COMPARED.every((field) => before[field] === after[field])
