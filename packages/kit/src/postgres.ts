import { PrismaPg } from '@prisma/adapter-pg'
import { databaseName, databaseUrl, type Namespace } from './namespace.ts'

export interface PostgresOptions {
  readonly postgresUrl: string
  readonly namespace: Namespace
}

/** The pool of a subgraph's Prisma client; nothing connects before the first query. */
export const openPool = ({ postgresUrl, namespace }: PostgresOptions, subgraph: string): PrismaPg =>
  new PrismaPg({
    connectionString: databaseUrl(postgresUrl, databaseName(namespace, subgraph)),
    max: 20,
    // Prisma sends dates without a zone and means UTC; the server would take them for its own zone.
    options: '-c TimeZone=UTC',
  })
