import { startConsumers } from '@vibely/kit/consumer'
import { openEntityVersions } from '@vibely/kit/entity-versions'
import { classifyMongo, mongoInbox } from '@vibely/kit/inbox-mongo'
import { createLogger } from '@vibely/kit/logger'
import { openBus } from '@vibely/kit/messaging'
import { openDatabase } from '@vibely/kit/mongo'
import { databaseName } from '@vibely/kit/namespace'
import { mongoOutbox } from '@vibely/kit/outbox-mongo'
import { openCursors } from '@vibely/kit/pages'
import { startRelay } from '@vibely/kit/relay'
import { openKeyRing } from '@vibely/kit/sealing'
import type { Subgraph } from '@vibely/kit/subgraph'
import { Redis } from 'ioredis'
import type { Context } from './context.ts'
import { cultureChanges } from './entity-changes.ts'
import type { CultureEnv } from './env.ts'
import { follows } from './follows/consumer.ts'
import { openLoaders } from './loaders.ts'
import { members } from './members/consumer.ts'
import { openQueue } from './queue.ts'
import { schema } from './schema.ts'
import type { Services } from './services.ts'
import { openSight } from './visibility.ts'
import { meanScore } from './works/ratings.ts'

/** Opens the store, publishes what is written there, and follows the names of members and who follows whom. Its database must be migrated. */
export async function openCulture(env: CultureEnv): Promise<Subgraph> {
  const namespace = env.VIBELY_NAMESPACE
  const logger = createLogger({ service: 'culture', level: env.LOG_LEVEL })
  await using opened = new AsyncDisposableStack()

  const database = opened.use(await openDatabase(env.MONGODB_URL, databaseName(namespace, 'culture')))
  const redis = opened.adopt(new Redis(env.REDIS_URL), (client) => client.disconnect())
  redis.on('error', (error) => logger.warn({ err: error }, 'redis'))
  const bus = opened.use(openBus({ brokers: env.KAFKA_BROKERS, namespace, clientId: 'culture', logger }))
  const versions = opened.use(
    openEntityVersions({ redisUrl: env.REDIS_URL, namespace, subgraph: 'culture', changes: cultureChanges, logger }),
  )
  const keyRing = openKeyRing({ redis, namespace, key: Buffer.from(env.SEALING_KEY, 'base64') })
  const { client, db } = database
  opened.use(startRelay({ outbox: mongoOutbox(db, client, 'culture'), bus, versions, logger }))
  opened.use(await startConsumers({ bus, inbox: mongoInbox(client, db), subscriptions: [members(keyRing), follows], versions, logger }))

  const cursors = openCursors(env.CURSOR_SECRET)
  const services: Services = { database, keyRing, meanScore: meanScore(database), queue: openQueue() }
  const resources = opened.move()
  return {
    name: 'culture',
    schema,
    logger,
    classify: classifyMongo,
    versions,
    contextFor: ({ viewer }): Context => ({
      viewer,
      database,
      services,
      cursors,
      loaders: openLoaders(database),
      sight: openSight(database, viewer?.id ?? null),
    }),
    ready: async () => void (await db.command({ ping: 1 })),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
