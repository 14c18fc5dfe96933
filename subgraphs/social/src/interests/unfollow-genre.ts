import { withAggregate } from '@vibely/kit/outbox-postgres'
import type { Db } from '../db.ts'
import { genreExists } from '../genres/store.ts'
import { interestChanged } from './events.ts'
import { deleteInterest } from './store.ts'

type UnfollowGenreOutcome = { readonly ok: true } | { readonly ok: false; readonly code: 'NOT_FOUND' }

/** Idempotent: without an interest it writes nothing. */
export async function unfollowGenre(db: Db, userId: string, genreId: string): Promise<UnfollowGenreOutcome> {
  return db.$transaction(async (tx) => {
    if (!(await genreExists(tx, genreId))) return { ok: false, code: 'NOT_FOUND' }
    return withAggregate(tx, 'interest', userId, async (append) => {
      if (await deleteInterest(tx, userId, genreId)) await append(interestChanged(userId, genreId, 0))
      return { ok: true }
    })
  })
}
