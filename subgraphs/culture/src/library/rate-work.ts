import { inTransaction, withAggregate } from '@vibely/kit/outbox-mongo'
import { keepReviewScore } from '../reviews/keep-review-score.ts'
import type { Services } from '../services.ts'
import { findWork } from '../works/store.ts'
import { changeEntry } from './change-entry.ts'
import { findEntry, type LibraryEntry } from './store.ts'

export interface Rating {
  readonly userId: string
  readonly workId: string
  /** Null clears. */
  readonly score: number | null
}

type RateOutcome = { readonly ok: true; readonly entry: LibraryEntry } | { readonly ok: false; readonly code: 'NOT_FOUND' }

/** Idempotent: the same score again changes nothing. Clearing needs an entry to clear. */
export async function rateWork({ database, meanScore, keyRing }: Services, { userId, workId, score }: Rating): Promise<RateOutcome> {
  const mean = await meanScore()
  return inTransaction(database.client, database.db, async (tx): Promise<RateOutcome> => {
    const work = await findWork(tx, workId)
    if (!work) return { ok: false, code: 'NOT_FOUND' }
    return withAggregate(tx, 'library', userId, async (append): Promise<RateOutcome> => {
      const known = await findEntry(tx, { userId, workId })
      if (!known && score === null) return { ok: false, code: 'NOT_FOUND' }
      const entry = await changeEntry(tx, append, { userId, work, fields: { score }, mean })
      if (entry.score !== (known?.score ?? null)) await keepReviewScore(tx, keyRing, entry)
      return { ok: true, entry }
    })
  })
}
