import { keepReviewScore } from '../reviews/keep-review-score.ts'
import type { Services } from '../services.ts'
import { changeEntry } from './change-entry.ts'
import { inLibrary } from './in-library.ts'
import type { LibraryEntry } from './store.ts'

export interface Rating {
  readonly userId: string
  readonly workId: string
  /** Null clears. */
  readonly score: number | null
}

type RateOutcome = { readonly ok: true; readonly entry: LibraryEntry } | { readonly ok: false; readonly code: 'NOT_FOUND' }

const NOT_FOUND: RateOutcome = { ok: false, code: 'NOT_FOUND' }

/** Idempotent: the same score again changes nothing. Clearing needs an entry to clear. */
export async function rateWork(services: Services, rating: Rating): Promise<RateOutcome> {
  const { score } = rating
  const outcome = await inLibrary(services, rating, async (place): Promise<RateOutcome> => {
    if (!place.entry && score === null) return NOT_FOUND
    const entry = await changeEntry(place, { score })
    await keepReviewScore(services, place.tx, entry)
    return { ok: true, entry }
  })
  return outcome ?? NOT_FOUND
}
