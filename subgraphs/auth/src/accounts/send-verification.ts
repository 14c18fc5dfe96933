import { randomBytes } from 'node:crypto'
import type { Db } from '../db.ts'
import type { SendMail } from '../mail/mail.ts'
import type { QueuedMail } from '../mail/queue.ts'
import { verificationMail } from '../mail/verification-mail.ts'
import type { Account } from './account.ts'
import { insertVerificationToken } from './address-store.ts'
import { findUnverified } from './store.ts'

const TOKEN_BYTES = 32
// Anybody can open accounts in another's address: bounds what its owner can get of them.
const MAX_ACCOUNTS = 3
const MAX_MAILS_PER_HOUR = 5

export interface VerificationParts {
  readonly db: Db
  readonly send: SendMail
  readonly publicUrl: string
}

/**
 * Mails a fresh token to the accounts that a queued mail means and that are still to be verified; none is fine. A repeat sends another
 * token, and each of them works.
 */
export async function sendVerification(parts: VerificationParts, { accountId, emailKey }: QueuedMail): Promise<void> {
  const accounts =
    accountId !== null
      ? await findUnverified(parts.db, { id: accountId }, 1)
      : await findUnverified(parts.db, { emailKey: emailKey ?? '' }, MAX_ACCOUNTS)
  for (const account of accounts) await sendToken(parts, account)
}

async function sendToken({ db, send, publicUrl }: VerificationParts, account: Account): Promise<void> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  if (!(await insertVerificationToken(db, account.id, token, MAX_MAILS_PER_HOUR))) return
  await send(verificationMail({ to: account.email, username: account.username, token, publicUrl }))
}
