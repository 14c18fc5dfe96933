import { createHash } from 'node:crypto'
import { fault } from '@vibely/kit/errors'
import { findAccount } from '../accounts/store.ts'
import type { Db } from '../db.ts'
import type { Scope } from '../generated/graphql.ts'
import { scopesOf } from '../sessions/scopes.ts'
import { type ApiKey, defaultEnd, MAX_API_KEYS } from './api-key.ts'
import { newSecret } from './secret.ts'
import { countLiveKeys, findRepeat, forgetOldKeys, insertApiKey, lockKeysOf } from './store.ts'

/** A key to make, well formed. */
export interface NewApiKey {
  readonly label: string
  /** Each once. */
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | null
  readonly idempotencyKey: string | null
}

type CreateOutcome =
  /** Without its secret after a retry: secrets are not kept to be shown again. */
  | { readonly ok: true; readonly apiKey: ApiKey; readonly secret: string | null }
  | { readonly ok: false; readonly code: 'SCOPE_NOT_HELD' | 'API_KEY_LIMIT' | 'IDEMPOTENCY_MISMATCH' }

/**
 * Makes a key with scopes that its owner's role holds. With an idempotency key a repeat within 24 hours finds the first key. The lock
 * of the account makes two at once one after the other, so that they count each other.
 */
export function createApiKey(db: Db, accountId: string, wanted: NewApiKey): Promise<CreateOutcome> {
  return db.$transaction(async (tx): Promise<CreateOutcome> => {
    await lockKeysOf(tx, accountId)
    const account = await findAccount(tx, accountId)
    if (!account) throw fault('UNAUTHENTICATED')
    await forgetOldKeys(tx, accountId)
    const fingerprint = fingerprintOf(wanted)
    const first = wanted.idempotencyKey === null ? null : await findRepeat(tx, accountId, wanted.idempotencyKey)
    if (first)
      return Buffer.from(first.fingerprint).equals(fingerprint)
        ? { ok: true, apiKey: first.apiKey, secret: null }
        : { ok: false, code: 'IDEMPOTENCY_MISMATCH' }
    const held = scopesOf(account.role)
    if (!wanted.scopes.every((scope) => held.includes(scope))) return { ok: false, code: 'SCOPE_NOT_HELD' }
    if ((await countLiveKeys(tx, accountId)) >= MAX_API_KEYS) return { ok: false, code: 'API_KEY_LIMIT' }
    const secret = newSecret()
    const expiresAt = wanted.expiresAt ?? defaultEnd(new Date())
    return { ok: true, secret, apiKey: await insertApiKey(tx, { ...wanted, accountId, secret, expiresAt, fingerprint }) }
  })
}

const fingerprintOf = ({ label, scopes, expiresAt }: NewApiKey) =>
  new Uint8Array(
    createHash('sha256')
      .update(JSON.stringify([label, scopes.toSorted(), expiresAt]))
      .digest(),
  )
