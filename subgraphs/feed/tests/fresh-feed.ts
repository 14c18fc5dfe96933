import { createLogger } from '@vibely/kit/logger'
import { type Database, openDatabase } from '@vibely/kit/mongo'
import { dropRedis } from '@vibely/testkit/cleanup'
import { freshMongo } from '@vibely/testkit/databases'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { migrate } from '../src/migrate.ts'

export const logger = createLogger({ service: 'feed-test', level: 'warn' })

export interface FreshFeed extends AsyncDisposable {
  readonly namespace: string
  readonly database: Database
  readonly redis: Redis
}

/** A fresh, migrated database of feed and a Redis connection, under a namespace of their own. Disposing drops it. */
export async function freshFeed(): Promise<FreshFeed> {
  await using opened = new AsyncDisposableStack()
  const namespace = freshNamespace()
  const { url, name } = opened.use(freshMongo(namespace, 'feed'))
  opened.defer(() => dropRedis(namespace))
  await migrate(url, name)
  const database = opened.use(await openDatabase(url, name))
  const redis = opened.adopt(new Redis(servers().REDIS_URL), (client) => client.disconnect())
  const resources = opened.move()
  return { namespace, database, redis, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
