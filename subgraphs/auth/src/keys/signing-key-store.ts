import type { JWK } from 'jose'
import type { Db } from '../db.ts'
import type { Prisma } from '../generated/prisma/client.ts'

export interface StoredSigningKey {
  readonly kid: string
  readonly publicJwk: JWK
  /** PKCS #8, encrypted. */
  readonly privateKey: Uint8Array<ArrayBuffer>
  readonly createdAt: Date
  readonly retiredAt: Date | null
}

/** Stores a key unless there is one. The lock lets one process make it while the others wait. */
export async function ensureSigningKey(db: Db, make: () => Promise<Omit<StoredSigningKey, 'createdAt' | 'retiredAt'>>): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('auth signing keys', 0))`
    if ((await tx.signingKey.count()) > 0) return
    const { publicJwk, ...key } = await make()
    await tx.signingKey.create({ data: { ...key, publicJwk: publicJwk as Prisma.InputJsonObject } })
  })
}

/** Every key, the retired ones included. */
export async function findSigningKeys(db: Db): Promise<StoredSigningKey[]> {
  const rows = await db.signingKey.findMany({ orderBy: { createdAt: 'desc' } })
  return rows.map((row) => ({ ...row, publicJwk: row.publicJwk as JWK }))
}
