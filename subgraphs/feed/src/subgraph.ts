import { startConsumers } from '@vibely/kit/consumer'
import { openEntityVersions } from '@vibely/kit/entity-versions'
import { classifyMongo, mongoInbox } from '@vibely/kit/inbox-mongo'
import { createLogger } from '@vibely/kit/logger'
import { openBus } from '@vibely/kit/messaging'
import { openDatabase } from '@vibely/kit/mongo'
import { databaseName } from '@vibely/kit/namespace'
import { openCursors } from '@vibely/kit/pages'
import { openKeyRing } from '@vibely/kit/sealing'
import type { Subgraph } from '@vibely/kit/subgraph'
import { Redis } from 'ioredis'
import type { Context } from './context.ts'
import { feedChanges } from './entity-changes.ts'
import type { FeedEnv } from './env.ts'
import { follows } from './follows/consumer.ts'
import { genres } from './genres/consumer.ts'
import { interests } from './interests/consumer.ts'
import { openLoaders } from './loaders.ts'
import { members } from './members/consumer.ts'
import { startNotifier } from './notifications/notifier.ts'
import { reviews } from './reviews/consumer.ts'
import { schema } from './schema.ts'
import { startPublisher } from './streams/publisher.ts'
import { readEpoch } from './streams/store.ts'
import { works } from './works/consumer.ts'

/** Opens the subgraph: stores, consumers, notifier and publisher of live events. Its database must be migrated. */
export async function openFeed(env: FeedEnv): Promise<Subgraph> {
  await using opened = new AsyncDisposableStack()
  const namespace = env.VIBELY_NAMESPACE
  const logger = createLogger({ service: 'feed', level: env.LOG_LEVEL })
  const database = opened.use(await openDatabase(env.MONGODB_URL, databaseName(namespace, 'feed')))
  // A command fails soon while Redis is away: presence can be missing for a while, an answer cannot.
  const redis = opened.adopt(new Redis(env.REDIS_URL, { maxRetriesPerRequest: 1, commandTimeout: 2_000 }), (open) => open.disconnect())
  redis.on('error', (error) => logger.warn({ err: error }, 'redis'))
  const bus = opened.use(openBus({ brokers: env.KAFKA_BROKERS, namespace, clientId: 'feed', logger }))
  const versions = opened.use(openEntityVersions({ redisUrl: env.REDIS_URL, namespace, subgraph: 'feed', changes: feedChanges, logger }))
  const keyRing = openKeyRing({ redis, namespace, key: Buffer.from(env.SEALING_KEY, 'base64') })

  const publisher = opened.use(startPublisher({ database, redis, namespace, logger }))
  opened.use(startNotifier({ database, logger, onEvents: () => publisher.wake() }))
  const subscriptions = [members(keyRing), works, genres, follows, interests, reviews(keyRing)]
  opened.use(await startConsumers({ bus, inbox: mongoInbox(database.client, database.db), subscriptions, versions, logger }))

  const cursors = openCursors(env.CURSOR_SECRET)
  const presence = { redis, namespace, db: database }
  const resources = opened.move()
  return {
    name: 'feed',
    schema,
    logger,
    classify: classifyMongo,
    versions,
    contextFor: ({ viewer }): Context => ({ viewer, database, presence, cursors, loaders: openLoaders(database, presence, viewer) }),
    // The migration writes the epoch last.
    ready: async () => void (await readEpoch(database)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
