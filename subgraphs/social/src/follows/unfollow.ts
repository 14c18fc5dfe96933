import { withAggregate } from '@vibely/kit/outbox-postgres'
import type { Db } from '../db.ts'
import { memberKnown } from '../members/store.ts'
import { unfollowed } from './events.ts'
import { deleteFollow } from './store.ts'

type UnfollowOutcome = { readonly ok: true } | { readonly ok: false; readonly code: 'NOT_FOUND' }

/** Idempotent: without a follow it writes nothing. Members who left can still be unfollowed. */
export async function unfollow(db: Db, followerId: string, followeeId: string): Promise<UnfollowOutcome> {
  return db.$transaction(async (tx) => {
    if (!(await memberKnown(tx, followeeId))) return { ok: false, code: 'NOT_FOUND' }
    return withAggregate(tx, 'follow', followerId, async (append) => {
      if (await deleteFollow(tx, followerId, followeeId)) await append(unfollowed(followerId, followeeId))
      return { ok: true }
    })
  })
}
