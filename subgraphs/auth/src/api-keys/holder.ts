import { factsOf } from '../accounts/facts.ts'
import { findAccount } from '../accounts/store.ts'
import type { Db } from '../db.ts'
import type { Role } from '../generated/graphql.ts'
import { rolesUpTo, scopeName, scopesOf } from '../sessions/scopes.ts'
import { findLiveKey, noteUse } from './store.ts'

/** Whom a key stands for, and what it may do at this moment. */
export interface ApiKeyHolder {
  readonly apiKeyId: string
  readonly userId: string
  readonly roles: readonly Role[]
  readonly scopes: readonly string[]
  readonly facts: readonly string[]
  readonly expiresAt: Date
}

const HASH_BYTES = 32

/**
 * The holder of the key with this hash; null when it is not good. Who asks has the secret, so it counts as a use.
 * A key never holds more than its owner: what a role has lost its keys have lost.
 */
export async function findHolder(db: Db, hash: string): Promise<ApiKeyHolder | null> {
  const bytes = new Uint8Array(Buffer.from(hash, 'base64url'))
  const key = bytes.length === HASH_BYTES ? await findLiveKey(db, bytes) : null
  const account = key && (await findAccount(db, key.accountId))
  if (!key || !account) return null
  await noteUse(db, key)
  const held = new Set(scopesOf(account.role).map(scopeName))
  return {
    apiKeyId: key.id,
    userId: account.id,
    roles: rolesUpTo(account.role),
    scopes: key.scopes.filter((scope) => held.has(scope)),
    facts: factsOf(account),
    expiresAt: key.expiresAt,
  }
}
