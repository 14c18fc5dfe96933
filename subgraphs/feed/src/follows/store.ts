import { type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type CopyRow, keepNewest } from '@vibely/kit/projection-mongo'

/** Somebody follows somebody: an edge of social's graph. */
export interface Follow {
  readonly followerId: string
  readonly followeeId: string
  readonly since: Date
}

interface FollowRow extends CopyRow {
  readonly followerId: string
  readonly followeeId: string
  /** Null on the tombstone of an edge that ended. */
  readonly since: Date | null
}

const follows = ({ db }: Source) => db.collection<FollowRow>('follows')
const ACTIVE = { since: { $ne: null } } as const

/** Keeps the newest state of an edge; `since` is null when it ended. */
export const saveFollow = (tx: MongoTx, edge: Omit<Follow, 'since'> & { readonly since: Date | null }, version: number): Promise<boolean> =>
  keepNewest<FollowRow>(tx, 'follows', { _id: `${edge.followerId}:${edge.followeeId}`, ...edge, version })

export const followeeIds = async (source: Source, followerId: string): Promise<string[]> =>
  (await edges(source, { followerId })).map(({ followeeId }) => followeeId)

export const followsOf = (source: Source, followerId: string): Promise<Follow[]> => edges(source, { followerId })

/** Which of these members follow the followee. */
export const followersAmong = async (source: Source, followeeId: string, userIds: readonly string[]): Promise<string[]> =>
  (await edges(source, { followeeId, followerId: { $in: [...userIds] } })).map(({ followerId }) => followerId)

/** Which of these members the follower follows. */
export const followeesAmong = async (source: Source, followerId: string, userIds: readonly string[]): Promise<string[]> =>
  (await edges(source, { followerId, followeeId: { $in: [...userIds] } })).map(({ followeeId }) => followeeId)

export const findFollow = async (source: Source, followerId: string, followeeId: string): Promise<Follow | null> =>
  (await edges(source, { followerId, followeeId })).at(0) ?? null

/** One page of a member's followers, in order of their ids. */
export async function followersAfter(source: Source, followeeId: string, afterId: string, limit: number): Promise<Follow[]> {
  const rows = await follows(source)
    .find({ followeeId, ...ACTIVE, followerId: { $gt: afterId } }, within(source))
    .sort({ followerId: 1 })
    .limit(limit)
    .toArray()
  return rows.flatMap(present)
}

async function edges(source: Source, filter: Parameters<ReturnType<typeof follows>['find']>[0]): Promise<Follow[]> {
  const rows = await follows(source)
    .find({ ...filter, ...ACTIVE }, within(source))
    .toArray()
  return rows.flatMap(present)
}

const present = ({ followerId, followeeId, since }: FollowRow): Follow[] => (since ? [{ followerId, followeeId, since }] : [])
