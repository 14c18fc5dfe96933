import { randomBytes } from 'node:crypto'
import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { type Bus, openBus } from '@vibely/kit/messaging'
import { type KeyRing, openKeyRing } from '@vibely/kit/sealing'
import { serveSubgraph } from '@vibely/kit/server'
import type { Subgraph } from '@vibely/kit/subgraph'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { openRouterSide, type RouterSide } from '@vibely/testkit/router-side'
import { servers } from '@vibely/testkit/servers'
import { createTopics } from '@vibely/testkit/topics'
import { Redis } from 'ioredis'
import type { Db } from '../src/db.ts'
import { socialEnv } from '../src/env.ts'
import { openSocial } from '../src/subgraph.ts'
import { freshDb } from './fresh-social.ts'

/** Social over HTTP under a namespace of its own, and what stands around it. */
export interface RunningSocial extends AsyncDisposable {
  readonly url: string
  readonly router: RouterSide
  readonly subgraph: Subgraph
  readonly db: Db
  readonly bus: Bus
  readonly keyRing: KeyRing
  /** Settings under which another process is the same installation. */
  readonly env: Readonly<Record<string, string>>
}

export async function runningSocial(): Promise<RunningSocial> {
  await using opened = new AsyncDisposableStack()
  const { db, namespace } = opened.use(await freshDb())
  opened.defer(() => dropNamespace(namespace))
  const router = await openRouterSide('social')
  const env = {
    ...router.env,
    ...servers(),
    KAFKA_BROKERS: servers().KAFKA_BROKERS.join(','),
    VIBELY_NAMESPACE: namespace,
    LOG_LEVEL: 'fatal',
    CURSOR_SECRET: randomBytes(32).toString('base64'),
    SEALING_KEY: randomBytes(32).toString('base64'),
  }
  const settings = readEnv(socialEnv, env)
  const logger = createLogger({ service: 'social-test', level: 'fatal' })

  const bus = opened.use(openBus({ brokers: settings.KAFKA_BROKERS, namespace, clientId: 'test', logger }))
  await createTopics(namespace)
  const redis = opened.adopt(new Redis(settings.REDIS_URL), (client) => client.disconnect())
  const keyRing = openKeyRing({ redis, namespace, key: Buffer.from(settings.SEALING_KEY, 'base64') })
  const subgraph = opened.use(await openSocial(settings))
  const { url } = opened.use(
    await serveSubgraph(subgraph, {
      port: 0,
      hmacKeys: [router.env.INTERNAL_HMAC_KEYS],
      routerPublicKey: router.env.ROUTER_IDENTITY_PUBLIC_KEY,
    }),
  )
  const resources = opened.move()
  return { url, router, subgraph, db, bus, keyRing, env, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
