import { createHash } from 'node:crypto'
import type { Db, Tx } from '../db.ts'

const VALID_HOURS = 24
const HOUR_MS = 3_600_000
// Old enough that nobody wants to hear "too old" instead of "unknown".
const FORGOTTEN_AFTER_MS = 7 * 24 * HOUR_MS

const hashOf = (token: string) => new Uint8Array(createHash('sha256').update(token).digest())

/**
 * Keeps the hash of a new token and forgets those of long ago. False, and nothing kept, when the account got as many as allowed within
 * the last hour; its row lock lets those who make tokens at once count each other.
 */
export async function insertVerificationToken(db: Db, accountId: string, token: string, hourlyLimit: number): Promise<boolean> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`
    const now = Date.now()
    const recent = await tx.verificationToken.count({ where: { accountId, createdAt: { gt: new Date(now - HOUR_MS) } } })
    if (recent >= hourlyLimit) return false
    await tx.verificationToken.deleteMany({ where: { accountId, expiresAt: { lt: new Date(now - FORGOTTEN_AFTER_MS) } } })
    await tx.verificationToken.create({ data: { hash: hashOf(token), accountId, expiresAt: new Date(now + VALID_HOURS * HOUR_MS) } })
    return true
  })
}

/** The account of a token and whether the token is too old; null when unknown. */
export async function findVerificationToken(tx: Tx, token: string, now: Date): Promise<{ accountId: string; expired: boolean } | null> {
  const row = await tx.verificationToken.findUnique({ where: { hash: hashOf(token) } })
  return row && { accountId: row.accountId, expired: row.expiresAt <= now }
}

/** Makes every token of the account worthless. */
export async function deleteVerificationTokens(tx: Tx, accountId: string): Promise<void> {
  await tx.verificationToken.deleteMany({ where: { accountId } })
}

/** Reserves the account's own address for it. False when the address, or the account, was verified before. */
export async function claimAddress(tx: Tx, accountId: string): Promise<boolean> {
  const claimed = await tx.$executeRaw`
    INSERT INTO verified_address (key, account_id) SELECT email_key, id FROM account WHERE id = ${accountId}
    ON CONFLICT DO NOTHING`
  return claimed === 1
}
