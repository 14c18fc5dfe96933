import { isId } from '@vibely/kit/ids'
import type { Db } from '../db.ts'
import type { Revoke } from '../sessions/revoke.ts'
import type { ApiKey } from './api-key.ts'
import { markRevoked } from './store.ts'

/**
 * Ends a key of the account; null when it has no such key. A repeat changes nothing, but routers are told again, in case the first word
 * was lost.
 */
export async function revokeApiKey(
  { db, revoke }: { readonly db: Db; readonly revoke: Revoke },
  accountId: string,
  id: string,
): Promise<ApiKey | null> {
  const apiKey = isId(id, 'api_key') ? await markRevoked(db, accountId, id) : null
  if (apiKey) await revoke([id])
  return apiKey
}
