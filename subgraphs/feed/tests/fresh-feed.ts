import { createLogger } from '@vibely/kit/logger'
import { databaseName } from '@vibely/kit/namespace'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { type Database, openDatabase } from '../src/db.ts'
import { migrate } from '../src/migrate.ts'

export const logger = createLogger({ service: 'feed-test', level: 'warn' })

export interface FreshFeed extends AsyncDisposable {
  readonly namespace: string
  readonly database: Database
  readonly redis: Redis
}

/** A fresh, migrated database of feed and a Redis connection, under a namespace of their own. Disposing drops it. */
export async function freshFeed(): Promise<FreshFeed> {
  const namespace = freshNamespace()
  await using opened = new AsyncDisposableStack()
  opened.defer(() => dropNamespace(namespace))
  const name = databaseName(namespace, 'feed')
  await migrate(servers().MONGODB_URL, name)
  const database = opened.use(await openDatabase(servers().MONGODB_URL, name))
  const redis = opened.adopt(new Redis(servers().REDIS_URL), (open) => open.disconnect())
  const resources = opened.move()
  return { namespace, database, redis, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
