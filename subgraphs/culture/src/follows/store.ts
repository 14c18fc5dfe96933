import { type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type CopyRow, keepNewest } from '@vibely/kit/projection-mongo'

interface FollowRow extends CopyRow {
  readonly followerId: string
  readonly followeeId: string
  /** False on the tombstone of an edge that ended. */
  readonly active: boolean
}

/** An edge of social's graph. */
export type Follow = Pick<FollowRow, 'followerId' | 'followeeId' | 'active'>

const follows = ({ db }: Source) => db.collection<FollowRow>('follows')

/** The state of an edge after an event; an older event changes nothing. */
export async function saveFollow(tx: MongoTx, follow: Follow, version: number): Promise<void> {
  await keepNewest<FollowRow>(tx, 'follows', { _id: `${follow.followerId} ${follow.followeeId}`, ...follow, version })
}

/** Whom a member follows. */
export async function findFollowees(source: Source, followerId: string): Promise<string[]> {
  const rows = await follows(source)
    .find({ followerId, active: true }, { ...within(source), projection: { followeeId: 1 } })
    .toArray()
  return rows.map(({ followeeId }) => followeeId)
}

/** Who of these follows a member. */
export async function findFollowersAmong(source: Source, followeeId: string, followerIds: readonly string[]): Promise<string[]> {
  const rows = await follows(source)
    .find({ followeeId, active: true, followerId: { $in: [...followerIds] } }, { ...within(source), projection: { followerId: 1 } })
    .toArray()
  return rows.map(({ followerId }) => followerId)
}
