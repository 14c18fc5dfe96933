import { withAggregate } from '@vibely/kit/outbox-postgres'
import type { Db } from '../db.ts'
import { claimAddress, deleteVerificationTokens, findVerificationToken } from './address-store.ts'
import { userVerified } from './events.ts'
import { activate } from './store.ts'

type VerifyEmailOutcome =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly code: 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'EMAIL_TAKEN' }

/** Reserves the address for the account and activates it. The token works once: a repeat is refused and changes nothing. */
export async function verifyEmail(db: Db, token: string): Promise<VerifyEmailOutcome> {
  return db.$transaction(async (tx) => {
    const now = new Date()
    const known = await findVerificationToken(tx, token, now)
    if (!known) return { ok: false, code: 'TOKEN_INVALID' }
    const { accountId, expired } = known
    if (expired) return { ok: false, code: 'TOKEN_EXPIRED' }
    return withAggregate(tx, 'user', accountId, async (append) => {
      // Again, now under the lock of the account: the token may have been used meanwhile.
      if (!(await findVerificationToken(tx, token, now))) return { ok: false, code: 'TOKEN_INVALID' }
      if (!(await claimAddress(tx, accountId))) return { ok: false, code: 'EMAIL_TAKEN' }
      await activate(tx, accountId)
      await deleteVerificationTokens(tx, accountId)
      await append(userVerified(accountId, now))
      return { ok: true, userId: accountId }
    })
  })
}
