import type { JWK } from 'jose'
import type { Db, Tx } from '../db.ts'
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
export async function ensureSigningKey(db: Db, make: () => Promise<NewSigningKey>): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockKeys(tx)
    if ((await tx.signingKey.count()) > 0) return
    await insert(tx, await make())
  })
}

/**
 * Stores a key beside those that sign now, which rest from then on.
 * @param options.youngestMs a key that is no older is the next one already: it stays so, and nothing is stored
 * @returns the next key, and whether it is the one made
 */
export async function replaceSigningKey(
  db: Db,
  made: NewSigningKey,
  { youngestMs, retiredAt }: { readonly youngestMs: number; readonly retiredAt: Date },
): Promise<Pick<StoredSigningKey, 'kid' | 'createdAt'> & { readonly stored: boolean }> {
  return db.$transaction(async (tx) => {
    await lockKeys(tx)
    const live = await tx.signingKey.findMany({ where: { retiredAt: null }, orderBy: { createdAt: 'desc' } })
    const [newest] = live
    if (newest && newest.createdAt.getTime() > Date.now() - youngestMs) return { ...newest, stored: false }
    await tx.signingKey.updateMany({ where: { kid: { in: live.map(({ kid }) => kid) } }, data: { retiredAt } })
    return { ...(await insert(tx, made)), stored: true }
  })
}

type NewSigningKey = Omit<StoredSigningKey, 'createdAt' | 'retiredAt'>

const lockKeys = (tx: Tx) => tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('auth signing keys', 0))`

const insert = (tx: Tx, { publicJwk, ...key }: NewSigningKey) =>
  tx.signingKey.create({ data: { ...key, publicJwk: publicJwk as Prisma.InputJsonObject } })

/** Every key, the retired ones included. */
export async function findSigningKeys(db: Db): Promise<StoredSigningKey[]> {
  const rows = await db.signingKey.findMany({ orderBy: { createdAt: 'desc' } })
  return rows.map((row) => ({ ...row, publicJwk: row.publicJwk as JWK }))
}
