import { readEnv } from '@vibely/kit/env'
import { toMessage } from '@vibely/kit/envelope'
import { type LiveReader, openLiveReader } from '@vibely/kit/live'
import type { Subgraph } from '@vibely/kit/subgraph'
import type { Viewer } from '@vibely/kit/viewer'
import type { Sent } from '@vibely/testkit/deliver'
import type { Question, RouterSide } from '@vibely/testkit/router-side'
import { openSurroundings, type Surroundings } from '@vibely/testkit/surroundings'
import { feedEnv } from '../src/env.ts'
import { openFeed } from '../src/subgraph.ts'
import { type FreshFeed, freshFeed } from './fresh-feed.ts'
import { openWorld, SEALING_KEY, type World } from './world.ts'

/** Feed over HTTP under a namespace of its own, and what stands around it. */
export interface RunningFeed extends Surroundings {
  readonly url: string
  readonly subgraph: Subgraph
  readonly fresh: FreshFeed
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
  const surroundings = opened.use(await openSurroundings('feed', namespace, { SEALING_KEY: SEALING_KEY.toString('base64'), ...change }))
  const subgraph = opened.use(await openFeed(readEnv(feedEnv, surroundings.env)))
  const { router, bus } = surroundings
  const { url } = opened.use(await router.serve(subgraph))
  const subscriber = opened.adopt(redis.duplicate(), (open) => open.disconnect())
  const live = opened.use(openLiveReader({ redis, subscriber, namespace, instanceId: 'test' }))
  const resources = opened.move()
  return {
    ...surroundings,
    url,
    subgraph,
    fresh,
    world: openWorld(fresh),
    live,
    async send(...events) {
      for (const event of events) await bus.publish([toMessage({ ...event, headers: {}, createdAt: event.occurredAt })])
    },
    ask: (question, viewer = null) => router.ask(url, question, viewer),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
