import { randomUUID } from 'node:crypto'
import { type LiveReader, openLiveReader } from '@vibely/kit/live'
import type { Logger } from '@vibely/kit/logger'
import type { Namespace } from '@vibely/kit/namespace'
import { type Revocations, watchRevocations } from '@vibely/kit/revocations'
import { Redis } from 'ioredis'

const COMMAND_RETRIES = 5

/** What comes from Redis: live events and revoked credentials. */
export interface RedisFeeds extends AsyncDisposable {
  readonly reader: LiveReader
  readonly revocations: Revocations
}

/** Opens both, each on connections of its own kind. Redis may be away: they wait for it. */
export async function openRedisFeeds(options: {
  readonly url: string
  readonly namespace: Namespace
  readonly onRevoked: (credentialId: string) => void
  readonly logger: Logger
}): Promise<RedisFeeds> {
  await using stack = new AsyncDisposableStack()
  const connect = (retries: number | null) =>
    stack.adopt(openConnection(options.url, retries, options.logger), (redis) => redis.disconnect())
  const { namespace, onRevoked } = options
  const redis = connect(COMMAND_RETRIES)
  // Its one subscription has to outlive any outage.
  const subscriber = connect(null)
  const reader = stack.use(openLiveReader({ redis, subscriber, namespace, instanceId: randomUUID() }))
  const revocations = stack.use(await watchRevocations({ redis, namespace, onRevoked }))
  const open = stack.move()
  return { reader, revocations, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** A connection that comes back by itself; a command waits for so many tries of that, or for ever. */
function openConnection(url: string, maxRetriesPerRequest: number | null, logger: Logger): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest, retryStrategy: (attempt) => Math.min(50 * attempt, 1_000) })
  redis.on('error', (error) => logger.warn({ err: error }, 'Redis connection'))
  return redis
}
