import type { Tx } from '../db.ts'
import { insertRefreshToken } from './refresh-token-store.ts'
import type { Grant } from './session.ts'
import { endSurplusSessions, insertSession } from './store.ts'

/** A new session with its first refresh token. The oldest session gives way to the 21st: revoke those in `ended` after the commit. */
export async function openSession(
  tx: Tx,
  accountId: string,
  deviceName: string,
): Promise<{ readonly grant: Grant; readonly ended: readonly string[] }> {
  const now = new Date()
  const session = await insertSession(tx, accountId, deviceName, now)
  const ended = await endSurplusSessions(tx, accountId)
  return { grant: await insertRefreshToken(tx, session, now), ended }
}
