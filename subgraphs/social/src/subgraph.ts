import { startConsumers } from '@vibely/kit/consumer'
import { openEntityVersions } from '@vibely/kit/entity-versions'
import { classifyPostgres, postgresInbox } from '@vibely/kit/inbox-postgres'
import { createLogger } from '@vibely/kit/logger'
import { openBus } from '@vibely/kit/messaging'
import { postgresOutbox } from '@vibely/kit/outbox-postgres'
import { openCursors } from '@vibely/kit/pages'
import { startRelay } from '@vibely/kit/relay'
import { openKeyRing } from '@vibely/kit/sealing'
import type { Subgraph } from '@vibely/kit/subgraph'
import { Redis } from 'ioredis'
import type { Context } from './context.ts'
import { openDb } from './db.ts'
import { socialChanges } from './entity-changes.ts'
import type { SocialEnv } from './env.ts'
import { genres } from './genres/consumer.ts'
import { openLoaders } from './loaders.ts'
import { members } from './members/consumer.ts'
import { schema } from './schema.ts'

/** Opens the store, publishes what is written there, and follows members and genres. Its database must be migrated. */
export async function openSocial(env: SocialEnv): Promise<Subgraph> {
  const namespace = env.VIBELY_NAMESPACE
  const logger = createLogger({ service: 'social', level: env.LOG_LEVEL })
  await using opened = new AsyncDisposableStack()

  const db = opened.adopt(openDb({ postgresUrl: env.POSTGRES_URL, namespace }), (client) => client.$disconnect())
  const redis = opened.adopt(new Redis(env.REDIS_URL), (client) => client.disconnect())
  redis.on('error', (error) => logger.warn({ err: error }, 'redis'))
  const bus = opened.use(openBus({ brokers: env.KAFKA_BROKERS, namespace, clientId: 'social', logger }))
  const versions = opened.use(
    openEntityVersions({ redisUrl: env.REDIS_URL, namespace, subgraph: 'social', changes: socialChanges, logger }),
  )
  const keyRing = openKeyRing({ redis, namespace, key: Buffer.from(env.SEALING_KEY, 'base64') })
  opened.use(startRelay({ outbox: postgresOutbox(db, 'social'), bus, versions, logger }))
  opened.use(await startConsumers({ bus, inbox: postgresInbox(db), subscriptions: [members(keyRing), genres], versions, logger }))

  const cursors = openCursors(env.CURSOR_SECRET)
  const resources = opened.move()
  return {
    name: 'social',
    schema,
    logger,
    classify: classifyPostgres,
    versions,
    contextFor: ({ viewer }): Context => ({ viewer, db, loaders: openLoaders(db, viewer), cursors }),
    ready: async () => void (await db.$queryRaw`SELECT 1 FROM follow LIMIT 1`),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
