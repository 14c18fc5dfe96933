import { randomBytes } from 'node:crypto'
import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { type Bus, openBus } from '@vibely/kit/messaging'
import { type KeyRing, openKeyRing } from '@vibely/kit/sealing'
import { serveSubgraph } from '@vibely/kit/server'
import type { Subgraph } from '@vibely/kit/subgraph'
import { topics } from '@vibely/schema/topics'
import { openRouterSide, type RouterSide } from '@vibely/testkit/router-side'
import { servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import type { Db } from '../src/db.ts'
import { authEnv } from '../src/env.ts'
import { openAuth } from '../src/subgraph.ts'
import { freshDb } from './fresh-auth.ts'

/** Auth over HTTP under a namespace of its own, and what stands around it. */
export interface RunningAuth extends AsyncDisposable {
  readonly url: string
  readonly router: RouterSide
  readonly subgraph: Subgraph
  readonly db: Db
  readonly bus: Bus
  readonly redis: Redis
  readonly keyRing: KeyRing
  readonly namespace: string
  /** Settings under which another process is the same installation. */
  readonly env: Readonly<Record<string, string>>
}

/** @param change settings of its own */
export async function runningAuth(change: Readonly<Record<string, string>> = {}): Promise<RunningAuth> {
  await using opened = new AsyncDisposableStack()
  const { db, namespace } = opened.use(await freshDb())
  const router = await openRouterSide('auth')
  const env = {
    ...router.env,
    ...servers(),
    KAFKA_BROKERS: servers().KAFKA_BROKERS.join(','),
    NODE_ENV: 'test',
    VIBELY_NAMESPACE: namespace,
    LOG_LEVEL: 'fatal',
    SEALING_KEY: randomBytes(32).toString('base64'),
    TOKEN_KEY_SECRET: randomBytes(32).toString('base64'),
    ...change,
  }
  const settings = readEnv(authEnv, env)
  const logger = createLogger({ service: 'auth-test', level: 'fatal' })

  const bus = opened.use(openBus({ brokers: settings.KAFKA_BROKERS, namespace, clientId: 'test', logger }))
  await bus.createTopics(topics)
  const redis = opened.adopt(new Redis(servers().REDIS_URL), async (client) => {
    const keys = await client.keys(`${namespace}*`)
    if (keys.length > 0) await client.del(keys)
    client.disconnect()
  })
  const keyRing = openKeyRing({ redis, namespace, key: Buffer.from(settings.SEALING_KEY, 'base64') })
  const subgraph = opened.use(await openAuth(settings))
  const { url } = opened.use(
    await serveSubgraph(subgraph, {
      port: 0,
      hmacKeys: [router.env.INTERNAL_HMAC_KEYS],
      routerPublicKey: router.env.ROUTER_IDENTITY_PUBLIC_KEY,
    }),
  )
  const resources = opened.move()
  return { url, router, subgraph, db, bus, redis, keyRing, namespace, env, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
