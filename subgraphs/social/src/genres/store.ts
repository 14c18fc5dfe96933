import type { Db, Tx } from '../db.ts'

/** What resolvers are given of a genre: the rest is loaded. */
export interface GenreRef {
  readonly id: string
}

/** True for a genre that culture has announced. */
export async function genreExists(tx: Tx, id: string): Promise<boolean> {
  return (await tx.genre.count({ where: { id } })) === 1
}

/** Those of the ids that are genres. */
export async function findGenreIds(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db.genre.findMany({ where: { id: { in: [...ids] } }, select: { id: true } })
  return rows.map((row) => row.id)
}

/** Notes that a genre exists. An older event changes nothing. */
export async function saveGenre(tx: Tx, id: string, version: number): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO genre (id, version) VALUES (${id}, ${version})
    ON CONFLICT (id) DO UPDATE SET version = excluded.version WHERE genre.version < excluded.version`
}
