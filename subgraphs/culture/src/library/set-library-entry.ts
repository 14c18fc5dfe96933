import { inTransaction, withAggregate } from '@vibely/kit/outbox-mongo'
import { keepReviewScore } from '../reviews/keep-review-score.ts'
import type { Services } from '../services.ts'
import { findWork } from '../works/store.ts'
import { changeEntry, type EntryFields } from './change-entry.ts'
import { findEntry, type LibraryEntry } from './store.ts'

export interface EntrySetting {
  readonly userId: string
  readonly workId: string
  readonly fields: EntryFields & Pick<LibraryEntry, 'status'>
  readonly expectedVersion: number | null
}

type SetOutcome =
  | { readonly ok: true; readonly entry: LibraryEntry }
  | { readonly ok: false; readonly code: 'NOT_FOUND' | 'INVALID' }
  | { readonly ok: false; readonly code: 'STALE_VERSION'; readonly currentVersion: number | null }

/** Idempotent: setting what is set changes nothing. An expected version of an entry that is not there is stale too. */
export async function setLibraryEntry({ database, meanScore, keyRing }: Services, setting: EntrySetting): Promise<SetOutcome> {
  const { userId, workId, fields, expectedVersion } = setting
  const mean = await meanScore()
  return inTransaction(database.client, database.db, async (tx): Promise<SetOutcome> => {
    const work = await findWork(tx, workId)
    if (!work) return { ok: false, code: 'NOT_FOUND' }
    return withAggregate(tx, 'library', userId, async (append): Promise<SetOutcome> => {
      const known = await findEntry(tx, { userId, workId })
      if (expectedVersion !== null && known?.version !== expectedVersion) {
        return { ok: false, code: 'STALE_VERSION', currentVersion: known?.version ?? null }
      }
      if (endsBeforeItStarts({ ...known, ...fields })) return { ok: false, code: 'INVALID' }
      const entry = await changeEntry(tx, append, { userId, work, fields, mean })
      if (entry.score !== (known?.score ?? null)) await keepReviewScore(tx, keyRing, entry)
      return { ok: true, entry }
    })
  })
}

/** Dates may lack day or month: only what both say is compared. */
function endsBeforeItStarts({ startedOn, finishedOn }: Pick<EntryFields, 'startedOn' | 'finishedOn'>): boolean {
  if (!startedOn || !finishedOn) return false
  const known = Math.min(startedOn.length, finishedOn.length)
  return finishedOn.slice(0, known) < startedOn.slice(0, known)
}
