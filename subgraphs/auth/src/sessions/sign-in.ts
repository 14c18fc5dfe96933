import type { Viewer } from '@vibely/kit/viewer'
import type { Account } from '../accounts/account.ts'
import { emailKey, usernameKey, usernameProblem } from '../accounts/names.ts'
import { emailProblem } from '../accounts/new-member.ts'
import { findAccount, findCredentials, type LoginKey, replacePasswordHash } from '../accounts/store.ts'
import type { Db, Tx } from '../db.ts'
import { hashPassword, isOutdated, verifyPassword } from '../passwords/hash.ts'
import { openSession } from './open-session.ts'
import { insertRefreshToken } from './refresh-token-store.ts'
import type { Revoke } from './revoke.ts'
import type { Grant } from './session.ts'
import type { Attempt, SignInAttempts, TooMany } from './sign-in-attempts.ts'
import { lockLiveSession, reauthenticateSession, touchSession } from './store.ts'

export interface SignIn {
  /** Username or verified address. */
  readonly login: string
  readonly password: string
  readonly deviceName: string
}

interface SignInContext {
  readonly db: Db
  readonly revoke: Revoke
  readonly attempts: SignInAttempts
  readonly viewer: Viewer | null
  readonly ip: string | null
}

type SignInOutcome =
  | { readonly ok: true; readonly account: Account; readonly grant: Grant }
  | { readonly ok: false; readonly code: 'INVALID_CREDENTIALS' }
  | ({ readonly ok: false } & TooMany)

/**
 * Opens a session, or proves the password anew for the viewer's own one. Each call gives another token: a repeat after a lost answer
 * leaves one idle session behind.
 * An unknown login costs the same hash as a wrong password, gets the same answer, and is locked as any other.
 */
export async function signIn(
  { db, revoke, attempts, viewer, ip }: SignInContext,
  { login, password, deviceName }: SignIn,
): Promise<SignInOutcome> {
  const known = loginKey(login.trim())
  const credentials = known && (await findCredentials(db, known))
  const attempt: Attempt = {
    login: known ? JSON.stringify(known) : login.trim(),
    address: ip,
    sessionId: viewer && viewer.id === credentials?.accountId ? viewer.sessionId : null,
  }
  const tooMany = await attempts.begin(attempt)
  if (tooMany) return { ok: false, ...tooMany }
  const matches = await verifyPassword(password, credentials?.passwordHash ?? null)
  if (!credentials || !matches) {
    await attempts.failed(attempt)
    return { ok: false, code: 'INVALID_CREDENTIALS' }
  }
  await attempts.succeeded(attempt)
  const { accountId, passwordHash } = credentials
  if (isOutdated(passwordHash)) await replacePasswordHash(db, accountId, passwordHash, await hashPassword(password))

  const present = viewer?.id === accountId ? viewer.sessionId : null
  const { account, grant, ended } = await db.$transaction(async (tx) => {
    const account = await findAccount(tx, accountId)
    if (!account) throw new Error(`account ${accountId} has credentials but does not exist`)
    const renewed = present === null ? null : await stepUp(tx, present)
    return { account, ...(renewed ? { grant: renewed, ended: [] } : await openSession(tx, accountId, deviceName)) }
  })
  await revoke(ended)
  return { ok: true, account, grant }
}

/** Where to look a login up; null when it cannot be anybody's. */
function loginKey(login: string): LoginKey | null {
  if (login.includes('@')) return emailProblem(login) ? null : { address: emailKey(login) }
  return usernameProblem(login) ? null : { username: usernameKey(login) }
}

/** Renews the viewer's session; null when it has ended meanwhile. */
async function stepUp(tx: Tx, sessionId: string): Promise<Grant | null> {
  const live = await lockLiveSession(tx, sessionId)
  if (!live) return null
  const now = new Date()
  await reauthenticateSession(tx, live.id, now)
  return insertRefreshToken(tx, await touchSession(tx, live, now), now)
}
