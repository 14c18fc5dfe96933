import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { type Bus, openBus } from '@vibely/kit/messaging'
import { serveSubgraph } from '@vibely/kit/server'
import type { Subgraph } from '@vibely/kit/subgraph'
import type { Viewer } from '@vibely/kit/viewer'
import { topics } from '@vibely/schema/topics'
import { openRouterSide, type Question, type RouterSide } from '@vibely/testkit/router-side'
import { servers } from '@vibely/testkit/servers'
import type { FormattedExecutionResult } from 'graphql'
import { cultureEnv } from '../src/env.ts'
import { openCulture } from '../src/subgraph.ts'
import { type FreshCulture, freshCulture, SEALING_KEY } from './fresh-culture.ts'

/** Culture over HTTP with its own database, topics and keys. */
export interface RunningCulture extends AsyncDisposable {
  readonly url: string
  readonly router: RouterSide
  readonly subgraph: Subgraph
  /** Settings under which another process is the same installation. */
  readonly env: Readonly<Record<string, string>>
  readonly fresh: FreshCulture
  readonly bus: Bus
  ask<Data = Record<string, unknown>>(question: Question, viewer?: Viewer | null): Promise<FormattedExecutionResult<Data>>
}

export async function runningCulture(): Promise<RunningCulture> {
  await using opened = new AsyncDisposableStack()
  const fresh = opened.use(await freshCulture())
  const { namespace } = fresh
  const { KAFKA_BROKERS: brokers } = servers()
  const logger = createLogger({ service: 'culture-test', level: 'error' })
  const bus = opened.use(openBus({ brokers, namespace, clientId: 'culture-test', logger }))
  await bus.createTopics(topics)
  const router = await openRouterSide('culture')
  const env = {
    ...router.env,
    ...servers(),
    KAFKA_BROKERS: brokers.join(','),
    VIBELY_NAMESPACE: namespace,
    LOG_LEVEL: 'error',
    CURSOR_SECRET: 'a secret of the tests, long enough to be one',
    SEALING_KEY: SEALING_KEY.toString('base64'),
  }
  const subgraph = opened.use(await openCulture(readEnv(cultureEnv, env)))
  const { url } = opened.use(
    await serveSubgraph(subgraph, {
      port: 0,
      hmacKeys: [router.env.INTERNAL_HMAC_KEYS],
      routerPublicKey: router.env.ROUTER_IDENTITY_PUBLIC_KEY,
    }),
  )
  const resources = opened.move()
  return {
    url,
    router,
    subgraph,
    env,
    fresh,
    bus,
    ask: (question, viewer = null) => router.ask(url, question, viewer),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
