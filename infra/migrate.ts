import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createLogger } from '@vibely/kit/logger'
import { openBus } from '@vibely/kit/messaging'
import { databaseName, databaseUrl } from '@vibely/kit/namespace'
import { topics } from '@vibely/schema/topics'
import { createDatabase, deployMigrations } from './migrations/prisma.ts'
import type { Report } from './native/server.ts'
import { checkout } from './native/state.ts'
import { type SubgraphName, subgraphNames } from './processes.ts'
import type { ServerUrls } from './servers.ts'

type Stores = Pick<ServerUrls, 'POSTGRES_URL' | 'MONGODB_URL' | 'KAFKA_BROKERS'>

/** Brings every store and the topics to the shape that the code expects. Safe to repeat, and to run twice at once. */
export async function migrateAll(urls: Stores, namespace: string, report: Report): Promise<void> {
  await Promise.all([createTopics(urls, namespace), ...subgraphNames.map((name) => migrateSubgraph(name, urls, namespace, report))])
}

/** Migrates the database of one subgraph: Prisma's where it has a Prisma schema, its own `migrate.ts` otherwise. */
export async function migrateSubgraph(name: SubgraphName, urls: Stores, namespace: string, report: Report): Promise<void> {
  const folder = join(checkout, 'subgraphs', name)
  const database = databaseName(namespace, name)
  if (existsSync(join(folder, 'prisma.config.ts'))) {
    await createDatabase(urls.POSTGRES_URL, database)
    const applied = await deployMigrations(folder, databaseUrl(urls.POSTGRES_URL, database))
    report(`${name}: ${applied === 0 ? 'nothing to apply' : `${applied} applied`}`)
  } else {
    const { migrate } = (await import(pathToFileURL(join(folder, 'src/migrate.ts')).href)) as {
      migrate(url: string, database: string): Promise<void>
    }
    await migrate(urls.MONGODB_URL, database)
    report(`${name}: indexes in place`)
  }
}

async function createTopics({ KAFKA_BROKERS }: Stores, namespace: string): Promise<void> {
  const logger = createLogger({ service: 'migrate', level: 'error' })
  await using bus = openBus({ brokers: KAFKA_BROKERS.split(','), namespace, clientId: 'migrate', logger })
  await bus.createTopics(topics)
}
