import { newId } from '@vibely/kit/ids'
import { changeStanding } from '../works/ratings.ts'
import { libraryEntryChanged } from './events.ts'
import type { LibraryPlace } from './in-library.ts'
import { type LibraryEntry, saveEntry } from './store.ts'

/** Fields to change; absent ones stay. */
export type EntryFields = Partial<Pick<LibraryEntry, 'status' | 'score' | 'startedOn' | 'finishedOn' | 'visibility'>>

/**
 * Changes an entry, or makes one that is done and public where the fields do not say otherwise; with it the work's ratings,
 * and one event. Idempotent: a change that changes nothing writes nothing.
 */
export async function changeEntry(place: LibraryPlace, fields: EntryFields): Promise<LibraryEntry> {
  const { tx, append, work, entry: before, mean } = place
  const draft = { ...(before ?? newEntry(place)), ...fields }
  if (before && COMPARED.every((field) => before[field] === draft[field])) return before
  const version = await append(libraryEntryChanged(before, draft, work.genreIds))
  const after: LibraryEntry = { ...draft, updatedAt: new Date(), version }
  await saveEntry(tx, after)
  if (!before || before.score !== after.score) {
    await changeStanding(tx, work._id, { entries: before ? 0 : 1, before: before?.score ?? null, after: after.score }, mean)
  }
  return after
}

const COMPARED = ['status', 'score', 'startedOn', 'finishedOn', 'visibility'] as const

const newEntry = ({ userId, work }: LibraryPlace): LibraryEntry => ({
  _id: newId('entry'),
  userId,
  workId: work._id,
  status: 'DONE',
  score: null,
  startedOn: null,
  finishedOn: null,
  visibility: 'PUBLIC',
  createdAt: new Date(),
  updatedAt: new Date(),
  version: 0,
})
