import { newId } from '@vibely/kit/ids'
import type { Db, Tx } from '../db.ts'
import type { Scope } from '../generated/graphql.ts'
import { scopeName, scopesNamed } from '../sessions/scopes.ts'
import { type ApiKey, LISTED_API_KEYS } from './api-key.ts'
import { prefixOf, secretHash } from './secret.ts'

const FORGOTTEN_AFTER_DAYS = 30
const REPEATABLE_HOURS = 24
const MINUTE_MS = 60_000

const PUBLIC = {
  id: true,
  label: true,
  prefix: true,
  scopes: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
  revokedAt: true,
} as const

const toApiKey = ({ scopes, ...row }: Omit<ApiKey, 'scopes'> & { readonly scopes: readonly string[] }): ApiKey => ({
  ...row,
  scopes: scopesNamed(scopes),
})

/** Lets what changes the keys of one account come one after the other. */
export async function lockKeysOf(tx: Tx, accountId: string): Promise<void> {
  await tx.$executeRaw`SELECT FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`
}

/** Forgets keys that ended long ago or are too many to be listed, and idempotency keys that can be used again. */
export async function forgetOldKeys(tx: Tx, accountId: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM api_key WHERE account_id = ${accountId}
    AND least(expires_at, coalesce(revoked_at, expires_at)) < now() - make_interval(days => ${FORGOTTEN_AFTER_DAYS})`
  await tx.$executeRaw`
    DELETE FROM api_key WHERE id IN (
      SELECT id FROM api_key WHERE account_id = ${accountId} AND (revoked_at IS NOT NULL OR expires_at <= now())
      ORDER BY created_at DESC OFFSET ${LISTED_API_KEYS})`
  await tx.$executeRaw`
    UPDATE api_key SET idempotency_key = NULL WHERE account_id = ${accountId}
    AND idempotency_key IS NOT NULL AND created_at <= now() - make_interval(hours => ${REPEATABLE_HOURS})`
}

/** The key that was made with an idempotency key. */
export async function findRepeat(
  tx: Tx,
  accountId: string,
  idempotencyKey: string,
): Promise<{ readonly apiKey: ApiKey; readonly fingerprint: Uint8Array } | null> {
  const row = await tx.apiKey.findFirst({ where: { accountId, idempotencyKey }, select: { ...PUBLIC, fingerprint: true } })
  if (!row) return null
  const { fingerprint, ...rest } = row
  return { apiKey: toApiKey(rest), fingerprint }
}

const live = (now: Date) => ({ revokedAt: null, expiresAt: { gt: now } })

export const countLiveKeys = (tx: Tx, accountId: string): Promise<number> => tx.apiKey.count({ where: { accountId, ...live(new Date()) } })

/** Adds a key. Only the hash of its secret is kept. */
export async function insertApiKey(
  tx: Tx,
  key: {
    readonly accountId: string
    readonly secret: string
    readonly label: string
    readonly scopes: readonly Scope[]
    readonly expiresAt: Date
    readonly idempotencyKey: string | null
    readonly fingerprint: Uint8Array<ArrayBuffer>
  },
): Promise<ApiKey> {
  const { secret, scopes, ...rest } = key
  const data = {
    ...rest,
    id: newId('api_key'),
    prefix: prefixOf(secret),
    secretHash: secretHash(secret),
    scopes: scopes.map(scopeName),
  }
  return toApiKey(await tx.apiKey.create({ data, select: PUBLIC }))
}

/** Live keys and those that ended in the last 30 days, newest first. Of too many the live ones stay. */
export async function listApiKeys(db: Db, accountId: string): Promise<ApiKey[]> {
  const ids = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM api_key WHERE account_id = ${accountId}
    AND least(expires_at, coalesce(revoked_at, expires_at)) >= now() - make_interval(days => ${FORGOTTEN_AFTER_DAYS})
    ORDER BY (revoked_at IS NULL AND expires_at > now()) DESC, created_at DESC LIMIT ${LISTED_API_KEYS}`
  const rows = await db.apiKey.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: PUBLIC,
  })
  return rows.map(toApiKey)
}

/** Marks a key of the account as revoked; the first time counts. Null when there is no such key. */
export async function markRevoked(db: Db, accountId: string, id: string): Promise<ApiKey | null> {
  await db.apiKey.updateMany({ where: { id, accountId, revokedAt: null }, data: { revokedAt: new Date() } })
  const row = await db.apiKey.findFirst({ where: { id, accountId }, select: PUBLIC })
  return row && toApiKey(row)
}

export interface LiveKey {
  readonly id: string
  readonly accountId: string
  /** By the names that tokens use. */
  readonly scopes: readonly string[]
  readonly expiresAt: Date
  readonly lastUsedAt: Date | null
}

/** The live key with this secret. An account that is not there for others has none. */
export const findLiveKey = (db: Db, hash: Uint8Array<ArrayBuffer>): Promise<LiveKey | null> =>
  db.apiKey.findFirst({
    where: { secretHash: hash, ...live(new Date()), account: { status: { notIn: ['DEACTIVATED', 'ERASED'] } } },
    select: { id: true, accountId: true, scopes: true, expiresAt: true, lastUsedAt: true },
  })

/** Notes a use, to the minute: more would be a write for every one. */
export async function noteUse(db: Db, { id, lastUsedAt }: LiveKey): Promise<void> {
  const now = new Date()
  if (lastUsedAt && now.getTime() - lastUsedAt.getTime() < MINUTE_MS) return
  await db.apiKey.updateMany({ where: { id }, data: { lastUsedAt: now } })
}
