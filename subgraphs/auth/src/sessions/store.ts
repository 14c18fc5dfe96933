import { newId } from '@vibely/kit/ids'
import type { Tx } from '../db.ts'
import { MAX_SESSIONS, type Session, sessionEnd } from './session.ts'

const FORGOTTEN_AFTER_DAYS = 30

/** Opens a session. */
export async function insertSession(tx: Tx, accountId: string, deviceName: string, now: Date): Promise<Session> {
  const times = { createdAt: now, authenticatedAt: now, lastSeenAt: now, expiresAt: sessionEnd(now, now) }
  return tx.session.create({ data: { id: newId('session'), accountId, deviceName, ...times }, omit: { endedAt: true } })
}

/**
 * Ends the sessions of an account beyond the latest 20, and forgets those that ended long ago. The account's row lock lets sign-ins
 * at the same time count each other.
 * @returns ids of those ended
 */
export async function endSurplusSessions(tx: Tx, accountId: string): Promise<string[]> {
  await tx.$executeRaw`SELECT FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`
  await tx.$executeRaw`
    DELETE FROM session WHERE account_id = ${accountId}
    AND least(expires_at, coalesce(ended_at, expires_at)) < now() - make_interval(days => ${FORGOTTEN_AFTER_DAYS})`
  const ended = await tx.$queryRaw<{ id: string }[]>`
    UPDATE session SET ended_at = now() WHERE id IN (
      SELECT id FROM session WHERE account_id = ${accountId} AND ended_at IS NULL AND expires_at > now()
      ORDER BY last_seen_at DESC, id DESC OFFSET ${MAX_SESSIONS})
    RETURNING id`
  return ended.map(({ id }) => id)
}

/** A live session under its row lock, so that nobody ends or refreshes it meanwhile; null when it has ended. */
export async function lockLiveSession(tx: Tx, id: string): Promise<Session | null> {
  await tx.$executeRaw`SELECT FROM session WHERE id = ${id} FOR UPDATE`
  return tx.session.findFirst({ where: { id, endedAt: null, expiresAt: { gt: new Date() } }, omit: { endedAt: true } })
}

/** Notes a use of the session, which moves its end. */
export async function touchSession(tx: Tx, session: Session, now: Date): Promise<Session> {
  const data = { lastSeenAt: now, expiresAt: sessionEnd(session.createdAt, now) }
  return tx.session.update({ where: { id: session.id }, data, omit: { endedAt: true } })
}

/** Notes that the session proved its password again. */
export async function reauthenticateSession(tx: Tx, id: string, now: Date): Promise<Session> {
  return tx.session.update({ where: { id }, data: { authenticatedAt: now }, omit: { endedAt: true } })
}

/** Ends sessions that still live. @returns their ids */
export async function endSessions(tx: Tx, which: { readonly accountId: string; readonly id?: string }): Promise<string[]> {
  const live = await tx.session.updateManyAndReturn({
    where: { ...which, endedAt: null, expiresAt: { gt: new Date() } },
    data: { endedAt: new Date() },
    select: { id: true },
  })
  return live.map(({ id }) => id)
}
