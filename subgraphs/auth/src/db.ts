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
  // Prisma sends dates without a zone and means UTC; the server would take them for its own zone.
  return new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 20, options: '-c TimeZone=UTC' }) })
}

/** True for a violated unique key: somebody else was faster. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
