import type { Db, Tx } from '../db.ts'
import type { MailKind } from '../generated/prisma/client.ts'

// Mails are queued in the transaction that wants them, so none is lost between a commit and the sending. The queue holds no token and
// no text: both are made when the mail is sent.

/** A mail to make and send. */
export interface QueuedMail {
  readonly id: bigint
  readonly kind: MailKind
  readonly accountId: string | null
  readonly emailKey: string | null
  readonly attempts: number
}

const LEASE_SECONDS = 60
const BATCH = 10

/** Wants an address confirmed: that of one account, or an address whose accounts are looked up when it is sent. */
export async function queueVerification(tx: Tx, whose: { readonly accountId: string } | { readonly emailKey: string }): Promise<void> {
  await tx.outgoingMail.create({ data: { kind: 'VERIFY_ADDRESS', ...whose } })
}

/**
 * Takes the next mails that are due. Another process takes other ones, and gets these again only when they are not settled within a
 * minute: a crash costs a repeat, not a mail.
 */
export function takeDue(db: Db): Promise<QueuedMail[]> {
  return db.$queryRaw<QueuedMail[]>`
    UPDATE outgoing_mail SET attempts = attempts + 1, next_try_at = now() + make_interval(secs => ${LEASE_SECONDS})
    WHERE id IN (SELECT id FROM outgoing_mail WHERE next_try_at <= now() ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
    RETURNING id, kind::text AS kind, account_id AS "accountId", email_key AS "emailKey", attempts`
}

/** Forgets a mail that was sent, or never will be. */
export async function settle(db: Db, id: bigint): Promise<void> {
  await db.outgoingMail.deleteMany({ where: { id } })
}

/** Puts a mail off. */
export async function postpone(db: Db, id: bigint, seconds: number): Promise<void> {
  await db.$executeRaw`UPDATE outgoing_mail SET next_try_at = now() + make_interval(secs => ${seconds}) WHERE id = ${id}`
}
