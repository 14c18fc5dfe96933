import type { PageArgs } from '@vibely/kit/pages'
import { type Db, Prisma, type Tx } from '../db.ts'

export interface FollowEdge {
  readonly followerId: string
  readonly followeeId: string
  readonly followedAt: Date
}

/** From whose side a list of follows is read. */
export type Side = 'followers' | 'following'

/** A place in such a list, which is ordered by time and then by the id of the other member. */
export interface FollowPlace {
  readonly followedAt: Date
  readonly otherId: string
}

/** A page to read; `place` is where it starts. */
export interface FollowPage extends Omit<PageArgs, 'cursor'> {
  readonly place: FollowPlace | null
}

/** Inserts the edge unless it is there; `created` is false on a repeat. */
export async function insertFollow(tx: Tx, followerId: string, followeeId: string): Promise<{ edge: FollowEdge; created: boolean }> {
  const { count } = await tx.follow.createMany({ data: { followerId, followeeId }, skipDuplicates: true })
  const edge = await tx.follow.findUniqueOrThrow({ where: { followerId_followeeId: { followerId, followeeId } } })
  return { edge, created: count === 1 }
}

/** Removes the edge; false when there was none. */
export async function deleteFollow(tx: Tx, followerId: string, followeeId: string): Promise<boolean> {
  const { count } = await tx.follow.deleteMany({ where: { followerId, followeeId } })
  return count === 1
}

const COLUMNS = {
  followers: { member: Prisma.raw('followee_id'), other: Prisma.raw('follower_id') },
  following: { member: Prisma.raw('follower_id'), other: Prisma.raw('followee_id') },
} as const

/** The same page of many members' lists in one query, one row more than asked, each an index scan of that length. */
export function followPagesQuery(side: Side, memberIds: readonly string[], { limit, backward, place }: FollowPage): Prisma.Sql {
  const { member, other } = COLUMNS[side]
  const order = Prisma.raw(backward ? 'ASC' : 'DESC')
  const from = place
    ? Prisma.sql`AND (followed_at, ${other}) ${Prisma.raw(backward ? '>' : '<')} (${place.followedAt}, ${place.otherId})`
    : Prisma.empty
  return Prisma.sql`
    SELECT page.follower_id AS "followerId", page.followee_id AS "followeeId", page.followed_at AS "followedAt"
    FROM unnest(${memberIds}::text[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT * FROM follow WHERE ${member} = wanted.id ${from}
      ORDER BY followed_at ${order}, ${other} ${order} LIMIT ${limit + 1}
    ) AS page`
}

/** The same page of many members' lists: edges in the direction of the query, by member. */
export async function findFollowPages(
  db: Db,
  side: Side,
  memberIds: readonly string[],
  page: FollowPage,
): Promise<ReadonlyMap<string, FollowEdge[]>> {
  const edges = await db.$queryRaw<FollowEdge[]>(followPagesQuery(side, memberIds, page))
  return Map.groupBy(edges, (edge) => (side === 'followers' ? edge.followeeId : edge.followerId))
}

/** Lengths of many members' lists; a member without follows is missing. */
export async function countFollows(db: Db, side: Side, memberIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const key = side === 'followers' ? 'followeeId' : 'followerId'
  const rows = await db.follow.groupBy({ by: [key], where: { [key]: { in: [...memberIds] } }, _count: { _all: true } })
  return new Map(rows.map((row) => [row[key], row._count._all]))
}

/** The follows between one member and many others, both ways. */
export function findFollowsBetween(db: Db, memberId: string, otherIds: readonly string[]): Promise<FollowEdge[]> {
  const others = [...otherIds]
  return db.follow.findMany({
    where: {
      OR: [
        { followerId: memberId, followeeId: { in: others } },
        { followerId: { in: others }, followeeId: memberId },
      ],
    },
  })
}
