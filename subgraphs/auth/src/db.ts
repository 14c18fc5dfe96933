import { PrismaPg } from '@prisma/adapter-pg'
import { databaseName, databaseUrl, type Namespace } from '@vibely/kit/namespace'
import { Prisma, PrismaClient } from './generated/prisma/client.ts'

/** The store of this subgraph. */
export type Db = PrismaClient

/** One transaction in it. */
export type Tx = Prisma.TransactionClient

/** Opens the pool; nothing connects before the first query. Close it with `$disconnect`. */
export function openDb(options: { readonly postgresUrl: string; readonly namespace: Namespace }): Db {
  const connectionString = databaseUrl(options.postgresUrl, databaseName(options.namespace, 'auth'))
  return new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 20 }) })
}

/** True for a violated unique key: somebody else was faster. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
