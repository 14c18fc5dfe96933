import { withAggregate } from '@vibely/kit/outbox-postgres'
import type { Db } from '../db.ts'
import { genreExists } from '../genres/store.ts'
import { interestChanged } from './events.ts'
import { saveInterest } from './store.ts'

type FollowGenreOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'NOT_FOUND'; readonly field: 'genreId' }
  | { readonly ok: false; readonly code: 'INVALID'; readonly field: 'weight' }

/** Idempotent: the same weight again writes nothing. One member's interests are one aggregate. */
export async function followGenre(db: Db, userId: string, genreId: string, weight: number): Promise<FollowGenreOutcome> {
  if (!(weight > 0 && weight <= 1)) return { ok: false, code: 'INVALID', field: 'weight' }
  return db.$transaction(async (tx) => {
    if (!(await genreExists(tx, genreId))) return { ok: false, code: 'NOT_FOUND', field: 'genreId' }
    return withAggregate(tx, 'interest', userId, async (append) => {
      if (await saveInterest(tx, userId, genreId, weight)) await append(interestChanged(userId, genreId, weight))
      return { ok: true }
    })
  })
}
