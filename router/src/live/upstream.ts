import { fault } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Client } from 'graphql-ws'
import { clientName } from '../operations/data-names.ts'
import type { FetchNode } from '../planning/planner.ts'
import type { Headers } from '../sources/header-rules.ts'
import type { SubgraphAnswer } from '../sources/source.ts'
import { subgraphErrors } from '../sources/subgraph-errors.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import type { Feed, Happening } from './group.ts'
import { upstreamClient } from './upstream-client.ts'

/** What a subgraph's own subscription brought. */
export interface UpstreamEvent extends Happening {
  readonly answer: SubgraphAnswer
}

/** A subscription as its subgraph gets it. */
export interface UpstreamSubscription {
  readonly url: string
  /** All that the subgraph is told of who asks: with other headers it is another subscription, on a socket of its own. */
  readonly headers: Headers
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** Subscriptions to subgraphs that publish no events themselves, over graphql-transport-ws. */
export interface Upstreams extends AsyncDisposable {
  /** What comes of a subscription; those who ask for the same share one. */
  feed(subscription: UpstreamSubscription): Feed<UpstreamEvent>
}

interface Upstream {
  readonly listeners: Set<Parameters<Feed<UpstreamEvent>['listen']>[0]>
  readonly opened: PromiseWithResolvers<void>
  isOpened: boolean
  seq: number
  readonly stop: () => void
}

/** The socket of one subgraph, and what runs on it. */
interface Wire {
  readonly client: Client
  readonly upstreams: Map<string, Upstream>
  isOpen: boolean
  /** Lets go of it where nothing needs it: the headers it is for may never come again. */
  readonly forgetUnused: () => void
}

/** The subscription that the primary fetch of a plan stands for. @throws Fault when its subgraph has no address */
export function upstreamSubscription(
  { subgraphs }: SchemaState,
  { serviceName, operation: query, variableUsages = [] }: FetchNode,
  given: Readonly<Record<string, unknown>>,
): Omit<UpstreamSubscription, 'headers'> {
  const url = subgraphs.find(({ name }) => name === serviceName)?.url
  if (!url) throw fault('SUBGRAPH_UNAVAILABLE')
  const used = variableUsages.filter((name) => Object.hasOwn(given, clientName(name)))
  return { url, query, variables: Object.fromEntries(used.map((name) => [name, given[clientName(name)]])) }
}

/**
 * One socket for a subgraph and what it is told of the caller, opened when it is needed. A lost one is opened again and its subscriptions with it. What the
 * subgraph said meanwhile cannot be had, for it knows no places to resume from: that is told as a reset.
 */
export function openUpstreams(logger: Logger): Upstreams {
  const wires = new Map<string, Wire>()

  function wireTo(url: string, headers: Headers): Wire {
    const place = JSON.stringify([url, headers])
    const known = wires.get(place)
    if (known) return known
    const onOpen = () => {
      wire.isOpen = true
      for (const upstream of wire.upstreams.values()) letIn(upstream)
    }
    const forgetUnused = () => {
      if (wire.upstreams.size === 0 && !wire.isOpen && wires.get(place) === wire) wires.delete(place)
    }
    const onLost = () => {
      wire.isOpen = false
      for (const { isOpened, listeners, seq } of wire.upstreams.values()) {
        if (isOpened) for (const listener of listeners) listener.onReset({ seq, epoch: undefined })
      }
    }
    const client = upstreamClient(url, headers, { onOpen, onLost, onClosed: forgetUnused })
    const wire: Wire = { client, upstreams: new Map(), isOpen: false, forgetUnused }
    wires.set(place, wire)
    return wire
  }

  function start(wire: Wire, key: string, { url, query, variables }: UpstreamSubscription): Upstream {
    const end = (errors: readonly GraphQLError[]) => {
      if (wire.upstreams.get(key) === upstream) wire.upstreams.delete(key)
      // However a subscription ends it comes here: also when its socket was refused, or was left before it could be opened again.
      wire.forgetUnused()
      upstream.opened.reject(errors[0] ?? fault('SUBGRAPH_UNAVAILABLE'))
      for (const listener of [...upstream.listeners]) listener.onEnd(errors)
    }
    const unsubscribe = wire.client.subscribe<Record<string, unknown>>(
      { query, variables: { ...variables } },
      {
        next(result) {
          upstream.seq += 1
          const answer = { data: result.data, errors: subgraphErrors(result.errors), shared: true }
          for (const listener of upstream.listeners) listener.onEvent({ seq: upstream.seq, epoch: '', answer })
        },
        error(error) {
          if (isRefusal(error)) return end((subgraphErrors(error) ?? []).map(({ message, ...rest }) => new GraphQLError(message, rest)))
          logger.warn({ err: error, subgraph: url }, 'a subscription to a subgraph was lost')
          end([fault('SUBGRAPH_UNAVAILABLE')])
        },
        complete: () => end([]),
      },
    )
    const stop = () => {
      if (wire.upstreams.get(key) === upstream) wire.upstreams.delete(key)
      unsubscribe()
    }
    const upstream: Upstream = { listeners: new Set(), opened: Promise.withResolvers(), isOpened: false, seq: 0, stop }
    // Nobody may be waiting for it any more.
    upstream.opened.promise.catch(() => undefined)
    wire.upstreams.set(key, upstream)
    if (wire.isOpen) letIn(upstream)
    return upstream
  }

  return {
    feed: (subscription) => ({
      async listen(listener) {
        const wire = wireTo(subscription.url, subscription.headers)
        const key = JSON.stringify([subscription.query, subscription.variables])
        const upstream = wire.upstreams.get(key) ?? start(wire, key, subscription)
        upstream.listeners.add(listener)
        const leave = () => {
          if (upstream.listeners.delete(listener) && upstream.listeners.size === 0) upstream.stop()
        }
        try {
          await upstream.opened.promise
        } catch (error) {
          leave()
          throw error
        }
        return { head: { seq: upstream.seq, epoch: undefined }, [Symbol.asyncDispose]: async () => leave() }
      },
    }),
    async [Symbol.asyncDispose]() {
      // One that waits to be opened again fails to be closed, and is never opened.
      await Promise.allSettled([...wires.values()].map(({ client }) => client.dispose()))
    },
  }
}

function letIn(upstream: Upstream): void {
  upstream.isOpened = true
  upstream.opened.resolve()
}

/** The subgraph's own errors, rather than those of the way to it. */
const isRefusal = (error: unknown): error is readonly GraphQLFormattedError[] => Array.isArray(error)
