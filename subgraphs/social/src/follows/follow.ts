import { withAggregate } from '@vibely/kit/outbox-postgres'
import type { Db } from '../db.ts'
import { memberExists } from '../members/store.ts'
import { followed } from './events.ts'
import { type FollowEdge, insertFollow } from './store.ts'

type FollowOutcome = { readonly ok: true; readonly edge: FollowEdge } | { readonly ok: false; readonly code: 'SELF_ACTION' | 'NOT_FOUND' }

/** Idempotent. One member's follows are one aggregate, so they reach the others in order. */
export async function follow(db: Db, followerId: string, followeeId: string): Promise<FollowOutcome> {
  if (followerId === followeeId) return { ok: false, code: 'SELF_ACTION' }
  return db.$transaction(async (tx) => {
    if (!(await memberExists(tx, followeeId))) return { ok: false, code: 'NOT_FOUND' }
    return withAggregate(tx, 'follow', followerId, async (append) => {
      const { edge, created } = await insertFollow(tx, followerId, followeeId)
      if (created) await append(followed(edge))
      return { ok: true, edge }
    })
  })
}
