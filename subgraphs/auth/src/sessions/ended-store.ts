import type { Db } from '../db.ts'

/** Ids of sessions and API keys that were ended after an instant. */
export async function findEnded(db: Db, since: Date): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM session WHERE ended_at > ${since} UNION ALL SELECT id FROM api_key WHERE revoked_at > ${since}`
  return rows.map(({ id }) => id)
}
