import { uuidv7 } from '@vibely/kit/ids'
import type { Tx } from '../db.ts'
import { lockSuccessor, newRefreshToken, refreshTokenHash } from './refresh-token.ts'
import { GRACE_SECONDS, type Grant, type Session } from './session.ts'

/** Gives a session a refresh token. Only its hash is kept. */
export async function insertRefreshToken(tx: Tx, session: Session, now: Date): Promise<Grant> {
  const refreshToken = newRefreshToken()
  const data = { id: uuidv7(), hash: refreshTokenHash(refreshToken), sessionId: session.id, issuedAt: now, expiresAt: session.expiresAt }
  await tx.refreshToken.create({ data })
  return { session, tokenId: data.id, refreshToken, issuedAt: now }
}

/** The session that a token belongs to, under its row lock: all refreshes of one family come one after the other. */
export async function lockFamily(tx: Tx, token: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT session.id FROM session JOIN refresh_token ON refresh_token.session_id = session.id
    WHERE refresh_token.hash = ${refreshTokenHash(token)} FOR UPDATE OF session`
  return row?.id ?? null
}

export interface TokenState {
  readonly id: string
  readonly accountId: string
  readonly sessionId: string
  /** `grace`: used less than ten seconds ago. */
  readonly use: 'unused' | 'grace' | 'used'
  readonly expired: boolean
  readonly sessionLive: boolean
  readonly successor: Uint8Array | null
}

/** How a token stands, by the database's clock. Read it under the lock of its family. */
export async function findTokenState(tx: Tx, token: string): Promise<TokenState> {
  const [state] = await tx.$queryRaw<[TokenState]>`
    SELECT t.id::text, s.account_id AS "accountId", s.id AS "sessionId", t.successor,
      CASE WHEN t.used_at IS NULL THEN 'unused' WHEN t.used_at > now() - make_interval(secs => ${GRACE_SECONDS}) THEN 'grace' ELSE 'used' END AS use,
      t.expires_at <= now() AS expired,
      s.ended_at IS NULL AND s.expires_at > now() AS "sessionLive"
    FROM refresh_token t JOIN session s ON s.id = t.session_id WHERE t.hash = ${refreshTokenHash(token)}`
  return state
}

/** Marks a token as used and keeps its successor for a repeat. */
export async function markUsed(tx: Tx, id: string, token: string, successor: string): Promise<void> {
  const locked = lockSuccessor(token, successor)
  await tx.$executeRaw`UPDATE refresh_token SET used_at = now(), successor = ${locked} WHERE id = ${id}::uuid`
}

/** Forgets the tokens of a session that are too old to be refused as anything but too old. */
export async function deleteExpiredTokens(tx: Tx, sessionId: string, before: Date): Promise<void> {
  await tx.refreshToken.deleteMany({ where: { sessionId, expiresAt: { lt: before } } })
}

/** The grant that a successor was; its token is as old as it was then. */
export async function findGrant(tx: Tx, refreshToken: string): Promise<Grant> {
  const row = await tx.refreshToken.findUniqueOrThrow({
    where: { hash: refreshTokenHash(refreshToken) },
    include: { session: { omit: { endedAt: true } } },
  })
  return { session: row.session, tokenId: row.id, refreshToken, issuedAt: row.issuedAt }
}
