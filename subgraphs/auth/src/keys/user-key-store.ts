import type { Db, Tx } from '../db.ts'

export interface WrappedKey {
  readonly accountId: string
  readonly wrapped: Uint8Array
}

export async function insertUserKey(tx: Tx, accountId: string, wrapped: Uint8Array): Promise<void> {
  await tx.userKey.create({ data: { accountId, wrapped: new Uint8Array(wrapped) } })
}

/** The wrapped key; null when there is none. */
export async function findUserKey(tx: Tx, accountId: string): Promise<Uint8Array | null> {
  const row = await tx.userKey.findUnique({ where: { accountId } })
  return row?.wrapped ?? null
}

/** Notes that the ring has these keys. */
export async function markInRing(tx: Tx, accountIds: readonly string[]): Promise<void> {
  await tx.userKey.updateMany({ where: { accountId: { in: [...accountIds] }, inRing: false }, data: { inRing: true } })
}

/** The next keys behind an account id, in its order. */
export function findUserKeys(
  db: Db,
  options: { readonly after: string; readonly limit: number; readonly onlyMissing: boolean },
): Promise<WrappedKey[]> {
  return db.userKey.findMany({
    where: { accountId: { gt: options.after }, ...(options.onlyMissing && { inRing: false }) },
    orderBy: { accountId: 'asc' },
    take: options.limit,
    select: { accountId: true, wrapped: true },
  })
}
