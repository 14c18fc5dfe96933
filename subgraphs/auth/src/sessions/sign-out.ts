import type { Db } from '../db.ts'
import type { Revoke } from './revoke.ts'
import { endSessions } from './store.ts'

/** Ends one session, or all of the account. A repeat ends none. @returns how many were ended */
export async function signOut(
  { db, revoke }: { readonly db: Db; readonly revoke: Revoke },
  which: { readonly accountId: string; readonly id?: string },
): Promise<number> {
  const ended = await endSessions(db, which)
  await revoke(ended)
  return ended.length
}
