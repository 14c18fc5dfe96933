import { openPool, type PostgresOptions } from '@vibely/kit/postgres'
import { Prisma, PrismaClient } from './generated/prisma/client.ts'

/** The store of this subgraph. */
export type Db = PrismaClient

/** One transaction in it. */
export type Tx = Prisma.TransactionClient

/** Opens the store; nothing connects before the first query. Close it with `$disconnect`. */
export const openDb = (options: PostgresOptions): Db => new PrismaClient({ adapter: openPool(options, 'auth') })

/** True for a violated unique key: somebody else was faster. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
