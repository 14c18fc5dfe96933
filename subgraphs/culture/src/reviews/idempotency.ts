import { createHash } from 'node:crypto'
import type { MongoTx } from '@vibely/kit/outbox-mongo'

/** What a mutation did under a client's key. */
interface DoneRow {
  /** Member, mutation and key. */
  readonly _id: string
  readonly inputHash: string
  readonly resultId: string
  /** When the key is forgotten; the server then drops the row. */
  readonly expiresAt: Date
}

const LIFE_MS = 24 * 60 * 60 * 1_000

const done = ({ db }: MongoTx) => db.collection<DoneRow>('idempotency_keys')

/** A key of one member for one mutation, and what it was sent with. */
export interface IdempotencyKey {
  readonly id: string
  readonly inputHash: string
}

export const idempotencyKey = (userId: string, mutation: string, key: string, input: object): IdempotencyKey => ({
  id: `${userId} ${mutation} ${key}`,
  inputHash: createHash('sha256').update(JSON.stringify(input)).digest('base64url'),
})

/** The first result under this key; 'MISMATCH' when it was sent with another input. */
export async function firstResult(tx: MongoTx, { id, inputHash }: IdempotencyKey): Promise<string | 'MISMATCH' | null> {
  const row = await done(tx).findOne({ _id: id, expiresAt: { $gt: new Date() } }, { session: tx.session })
  if (!row) return null
  return row.inputHash === inputHash ? row.resultId : 'MISMATCH'
}

export async function rememberResult(tx: MongoTx, { id, inputHash }: IdempotencyKey, resultId: string): Promise<void> {
  const row = { inputHash, resultId, expiresAt: new Date(Date.now() + LIFE_MS) }
  await done(tx).replaceOne({ _id: id }, row, { upsert: true, session: tx.session })
}
