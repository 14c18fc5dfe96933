import type { Db, Tx } from '../db.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Account } from './account.ts'
import { emailKey, holdStart } from './names.ts'

const WITH_NAMES = { usernames: true, verifiedAddress: true } satisfies Prisma.AccountInclude

type Row = Prisma.AccountGetPayload<{ include: typeof WITH_NAMES }>

function toAccount(row: Row): Account {
  const present = row.usernames.find((name) => name.givenUpAt === null)
  if (!present) throw new Error(`account ${row.id} has no username`)
  const since = holdStart(new Date())
  const previous = row.usernames.filter((name) => name.givenUpAt !== null && name.givenUpAt > since)
  return {
    id: row.id,
    username: present.spelling,
    displayName: row.displayName,
    avatarUrl: row.avatarUrl,
    status: row.status,
    role: row.role,
    createdAt: row.createdAt,
    previousUsernames: previous.map((name) => name.spelling),
    email: row.email,
    emailVerified: row.verifiedAddress !== null,
  }
}

export interface NewAccount {
  readonly id: string
  readonly displayName: string
  readonly email: string
  readonly passwordHash: string
}

/** Writes the account of a name that is claimed already. */
export async function insertAccount(tx: Tx, account: NewAccount): Promise<Account> {
  const data = { ...account, emailKey: emailKey(account.email) }
  return toAccount(await tx.account.create({ data, include: WITH_NAMES }))
}

/** The account of an id; null when there is none. */
export async function findAccount(db: Tx, id: string): Promise<Account | null> {
  const row = await db.account.findUnique({ where: { id }, include: WITH_NAMES })
  return row && toAccount(row)
}

/** Accounts by id; what does not exist is missing. */
export async function findAccounts(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Account>> {
  const rows = await db.account.findMany({ where: { id: { in: [...ids] } }, include: WITH_NAMES })
  return new Map(rows.map((row) => [row.id, toAccount(row)]))
}

/** Accounts that want to confirm an address, the latest first. */
export async function findUnverified(
  db: Db,
  where: { readonly id: string } | { readonly emailKey: string },
  limit: number,
): Promise<Account[]> {
  const rows = await db.account.findMany({
    where: { ...where, verifiedAddress: null },
    orderBy: { createdAt: 'desc' },
    take: limit,
    include: WITH_NAMES,
  })
  return rows.map(toAccount)
}

export interface Credentials {
  readonly accountId: string
  readonly passwordHash: string
}

/** A login: the key of a present username or of a verified address. */
export type LoginKey = { readonly username: string } | { readonly address: string }

/** What a login is checked against. */
export async function findCredentials(db: Db, login: LoginKey): Promise<Credentials | null> {
  const where: Prisma.AccountWhereInput =
    'address' in login ? { verifiedAddress: { key: login.address } } : { usernames: { some: { key: login.username, givenUpAt: null } } }
  const row = await db.account.findFirst({ where, select: { id: true, passwordHash: true } })
  return row && { accountId: row.id, passwordHash: row.passwordHash }
}

/** The stored hash of an account's password; null when there is no account. */
export async function findPasswordHash(db: Db, id: string): Promise<string | null> {
  const row = await db.account.findUnique({ where: { id }, select: { passwordHash: true } })
  return row?.passwordHash ?? null
}

/** Replaces a hash, unless the password was changed meanwhile. */
export async function replacePasswordHash(db: Db, accountId: string, from: string, to: string): Promise<void> {
  await db.account.updateMany({ where: { id: accountId, passwordHash: from }, data: { passwordHash: to } })
}

/** A PENDING account becomes ACTIVE; other states stay. */
export async function activate(tx: Tx, id: string): Promise<void> {
  await tx.account.updateMany({ where: { id, status: 'PENDING' }, data: { status: 'ACTIVE' } })
}

/** When the username was last changed; null when never. */
export async function findRenamedAt(tx: Tx, id: string): Promise<Date | null> {
  const row = await tx.account.findUniqueOrThrow({ where: { id }, select: { renamedAt: true } })
  return row.renamedAt
}

export async function setRenamedAt(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.account.update({ where: { id }, data: { renamedAt: at } })
}
