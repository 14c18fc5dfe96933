import type { Db, Tx } from '../db.ts'

export interface Interest {
  readonly userId: string
  readonly genreId: string
  /** Above 0, up to 1. */
  readonly weight: number
  readonly since: Date
}

/** Inserts the interest or sets its weight; false when it was so already. */
export async function saveInterest(tx: Tx, userId: string, genreId: string, weight: number): Promise<boolean> {
  const rows = await tx.$executeRaw`
    INSERT INTO interest (user_id, genre_id, weight) VALUES (${userId}, ${genreId}, ${weight})
    ON CONFLICT (user_id, genre_id) DO UPDATE SET weight = excluded.weight WHERE interest.weight <> excluded.weight`
  return rows === 1
}

/** Removes the interest; false when there was none. */
export async function deleteInterest(tx: Tx, userId: string, genreId: string): Promise<boolean> {
  const { count } = await tx.interest.deleteMany({ where: { userId, genreId } })
  return count === 1
}

/** The strongest interests of many members in one query, by member. */
export async function findInterests(db: Db, userIds: readonly string[], limit: number): Promise<ReadonlyMap<string, Interest[]>> {
  const rows = await db.$queryRaw<Interest[]>`
    SELECT top.user_id AS "userId", top.genre_id AS "genreId", top.weight, top.since
    FROM unnest(${userIds}::text[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT * FROM interest WHERE user_id = wanted.id ORDER BY weight DESC, genre_id LIMIT ${limit}
    ) AS top`
  return Map.groupBy(rows, (row) => row.userId)
}

/** Numbers of members who follow each genre; a genre without any is missing. */
export async function countGenreFollowers(db: Db, genreIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.interest.groupBy({ by: ['genreId'], where: { genreId: { in: [...genreIds] } }, _count: { _all: true } })
  return new Map(rows.map((row) => [row.genreId, row._count._all]))
}

/** Those of the genres that a member follows. */
export async function findFollowedGenres(db: Db, userId: string, genreIds: readonly string[]): Promise<string[]> {
  const rows = await db.interest.findMany({ where: { userId, genreId: { in: [...genreIds] } }, select: { genreId: true } })
  return rows.map((row) => row.genreId)
}
