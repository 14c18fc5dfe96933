import { randomBytes } from 'node:crypto'
import { createLogger } from '@vibely/kit/logger'
import { type Bus, openBus } from '@vibely/kit/messaging'
import { type KeyRing, openKeyRing } from '@vibely/kit/sealing'
import { Redis } from 'ioredis'
import { dropRedis } from './cleanup.ts'
import { openRouterSide, type RouterSide } from './router-side.ts'
import { servers } from './servers.ts'
import { createTopics } from './topics.ts'

/** What stands around a subgraph that runs for its tests, besides its database. */
export interface Surroundings extends AsyncDisposable {
  readonly namespace: string
  readonly router: RouterSide
  readonly bus: Bus
  readonly redis: Redis
  readonly keyRing: KeyRing
  /** Settings of the subgraph; another process with the same ones is the same installation. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Topics, Redis, keys and a router for one subgraph under a namespace. Disposing removes its keys from Redis.
 * @param change settings that differ from the usual ones
 */
export async function openSurroundings(
  subgraph: string,
  namespace: string,
  change: Readonly<Record<string, string>> = {},
): Promise<Surroundings> {
  await using opened = new AsyncDisposableStack()
  const { KAFKA_BROKERS, ...urls } = servers()
  const router = await openRouterSide(subgraph)
  const sealingKey = randomBytes(32).toString('base64')
  const env = {
    ...router.env,
    ...urls,
    KAFKA_BROKERS: KAFKA_BROKERS.join(','),
    NODE_ENV: 'test',
    VIBELY_NAMESPACE: namespace,
    LOG_LEVEL: 'fatal',
    CURSOR_SECRET: randomBytes(32).toString('base64'),
    SEALING_KEY: sealingKey,
    ...change,
  }
  opened.defer(() => dropRedis(namespace))
  const logger = createLogger({ service: `${subgraph}-test`, level: 'fatal' })
  const bus = opened.use(openBus({ brokers: KAFKA_BROKERS, namespace, clientId: 'test', logger }))
  await createTopics(namespace)
  const redis = opened.adopt(new Redis(urls.REDIS_URL), (client) => client.disconnect())
  const keyRing = openKeyRing({ redis, namespace, key: Buffer.from(env.SEALING_KEY, 'base64') })
  const resources = opened.move()
  return { namespace, router, bus, redis, keyRing, env, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
