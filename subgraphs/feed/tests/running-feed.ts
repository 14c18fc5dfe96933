import { readEnv } from '@vibely/kit/env'
import { toMessage } from '@vibely/kit/envelope'
import { type LiveReader, openLiveReader } from '@vibely/kit/live'
import { openBus } from '@vibely/kit/messaging'
import { serveSubgraph } from '@vibely/kit/server'
import type { Subgraph } from '@vibely/kit/subgraph'
import type { Viewer } from '@vibely/kit/viewer'
import { topics } from '@vibely/schema/topics'
import { openRouterSide, type Question, type RouterSide } from '@vibely/testkit/router-side'
import { servers } from '@vibely/testkit/servers'
import { feedEnv } from '../src/env.ts'
import { openFeed } from '../src/subgraph.ts'
import type { Sent } from './deliver.ts'
import { type FreshFeed, freshFeed, logger } from './fresh-feed.ts'
import { openWorld, SEALING_KEY, type World } from './world.ts'

/** Feed over HTTP with its own database, topics and keys, and what stands around it. */
export interface RunningFeed extends AsyncDisposable {
  readonly url: string
  readonly fresh: FreshFeed
  readonly router: RouterSide
  readonly subgraph: Subgraph
  /** Settings under which another process is the same installation. */
  readonly env: Readonly<Record<string, string>>
  readonly world: World
  readonly live: LiveReader
  /** Publishes events on their topics, in this order. */
  send(...events: readonly Sent[]): Promise<void>
  ask(question: Question, viewer?: Viewer | null): ReturnType<RouterSide['ask']>
}

/** @param change settings of feed that differ from those of the test run */
export async function runningFeed(change: Readonly<Record<string, string>> = {}): Promise<RunningFeed> {
  await using opened = new AsyncDisposableStack()
  const fresh = opened.use(await freshFeed())
  const { namespace, redis } = fresh
  const bus = opened.use(openBus({ brokers: servers().KAFKA_BROKERS, namespace, clientId: 'feed-test', logger }))
  await bus.createTopics(topics)
  const router = await openRouterSide('feed')
  const env = {
    ...router.env,
    ...servers(),
    KAFKA_BROKERS: servers().KAFKA_BROKERS.join(','),
    VIBELY_NAMESPACE: namespace,
    LOG_LEVEL: 'error',
    CURSOR_SECRET: 'a secret of the tests, long enough to be one',
    SEALING_KEY: SEALING_KEY.toString('base64'),
    ...change,
  }
  const subgraph = opened.use(await openFeed(readEnv(feedEnv, env)))
  const listening = await serveSubgraph(subgraph, {
    port: 0,
    hmacKeys: [router.env.INTERNAL_HMAC_KEYS],
    routerPublicKey: router.env.ROUTER_IDENTITY_PUBLIC_KEY,
  })
  const { url } = opened.use(listening)
  const subscriber = opened.adopt(redis.duplicate(), (open) => open.disconnect())
  const live = opened.use(openLiveReader({ redis, subscriber, namespace, instanceId: 'test' }))
  const resources = opened.move()
  return {
    url,
    fresh,
    router,
    subgraph,
    env,
    world: openWorld(fresh),
    live,
    async send(...events) {
      for (const event of events) await bus.publish([toMessage({ ...event, headers: {}, createdAt: event.occurredAt })])
    },
    ask: (question, viewer = null) => router.ask(url, question, viewer),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
