import type { Db, Tx } from '../db.ts'

/** A registration that can be repeated with its idempotency key. */
export interface Registration {
  readonly key: string
  readonly fingerprint: Uint8Array<ArrayBuffer>
  readonly accountId: string
  readonly sessionId: string
}

const REPEATABLE_MS = 24 * 3_600_000

const start = () => new Date(Date.now() - REPEATABLE_MS)

/** The registration that used a key in the last 24 hours. */
export function findRegistration(db: Db, key: string): Promise<Registration | null> {
  return db.registration.findFirst({ where: { key, createdAt: { gt: start() } } })
}

/** Frees the keys that were used longer ago. */
export async function forgetOldRegistrations(tx: Tx): Promise<void> {
  await tx.registration.deleteMany({ where: { createdAt: { lte: start() } } })
}

/** @throws a unique violation when the key is in use */
export async function insertRegistration(tx: Tx, registration: Registration): Promise<void> {
  await tx.registration.create({ data: registration })
}
