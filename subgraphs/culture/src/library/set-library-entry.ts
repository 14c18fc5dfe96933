import { keepReviewScore } from '../reviews/keep-review-score.ts'
import type { Services } from '../services.ts'
import { changeEntry, type EntryFields } from './change-entry.ts'
import { inLibrary } from './in-library.ts'
import type { LibraryEntry } from './store.ts'

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
export async function setLibraryEntry(services: Services, setting: EntrySetting): Promise<SetOutcome> {
  const { fields, expectedVersion } = setting
  const outcome = await inLibrary(services, setting, async (place): Promise<SetOutcome> => {
    if (expectedVersion !== null && place.entry?.version !== expectedVersion) {
      return { ok: false, code: 'STALE_VERSION', currentVersion: place.entry?.version ?? null }
    }
    if (endsBeforeItStarts({ ...place.entry, ...fields })) return { ok: false, code: 'INVALID' }
    const entry = await changeEntry(place, fields)
    await keepReviewScore(services, place.tx, entry)
    return { ok: true, entry }
  })
  return outcome ?? { ok: false, code: 'NOT_FOUND' }
}

/** Dates may lack day or month: only what both say is compared. */
function endsBeforeItStarts({ startedOn, finishedOn }: Pick<EntryFields, 'startedOn' | 'finishedOn'>): boolean {
  if (!startedOn || !finishedOn) return false
  const known = Math.min(startedOn.length, finishedOn.length)
  return finishedOn.slice(0, known) < startedOn.slice(0, known)
}
