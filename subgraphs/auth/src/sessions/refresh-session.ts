import type { Account } from '../accounts/account.ts'
import { findAccount } from '../accounts/store.ts'
import type { Db, Tx } from '../db.ts'
import { unlockSuccessor } from './refresh-token.ts'
import { deleteExpiredTokens, findGrant, findTokenState, insertRefreshToken, lockFamily, markUsed } from './refresh-token-store.ts'
import type { Revoke } from './revoke.ts'
import type { Grant } from './session.ts'
import { endSessions, lockLiveSession, touchSession } from './store.ts'

type Refused = 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'TOKEN_REUSED'

type RefreshOutcome =
  | { readonly ok: true; readonly account: Account; readonly grant: Grant }
  | { readonly ok: false; readonly code: Refused }

type Step = RefreshOutcome & { readonly ended?: readonly string[] }

/**
 * Exchanges a refresh token for its successor. A repeat within ten seconds, as of two tabs at once or after a lost answer, gets the
 * same successor. Later it can only be a thief's, or its victim's: the whole family ends.
 */
export async function refreshSession({ db, revoke }: { readonly db: Db; readonly revoke: Revoke }, token: string): Promise<RefreshOutcome> {
  const { ended = [], ...outcome } = await db.$transaction((tx) => exchange(tx, token))
  await revoke(ended)
  return outcome
}

async function exchange(tx: Tx, token: string): Promise<Step> {
  if ((await lockFamily(tx, token)) === null) return { ok: false, code: 'TOKEN_INVALID' }
  // Only now: what was read before the lock may be of another time.
  const { id, accountId, sessionId, use, expired, sessionLive, successor } = await findTokenState(tx, token)
  if (use === 'used') return { ok: false, code: 'TOKEN_REUSED', ended: await endSessions(tx, { accountId, id: sessionId }) }
  const session = sessionLive ? await lockLiveSession(tx, sessionId) : null
  if (!session || expired) return { ok: false, code: expired ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID' }
  const account = await findAccount(tx, accountId)
  if (!account) return { ok: false, code: 'TOKEN_INVALID' }
  if (use === 'grace' && successor) return { ok: true, account, grant: await findGrant(tx, unlockSuccessor(token, successor)) }

  const now = new Date()
  const grant = await insertRefreshToken(tx, await touchSession(tx, session, now), now)
  await markUsed(tx, id, token, grant.refreshToken)
  await deleteExpiredTokens(tx, sessionId, now)
  return { ok: true, account, grant }
}
