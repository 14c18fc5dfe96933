import { fault } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { coerceVariables } from '../execution/variables.ts'
import { renewedCaller } from '../identity/client-headers.ts'
import type { Variables } from '../operations/cost-terms.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import type { HeaderRules } from '../sources/header-rules.ts'
import { identityKey } from '../sources/identity-key.ts'
import { inTime } from './channel-feed.ts'
import { channelOrigin, type EventOrigin, type LiveChannels, upstreamOrigin } from './event-origin.ts'
import { type LiveOperation, liveOperation, rootField } from './live-operation.ts'
import type { Backlog } from './queue.ts'
import { type MoveStream, type OpenSubscription, reloadSubscription, reloadSubscriptions, renewSubscription } from './reload.ts'
import { type Channel, type Outlet, openStream, type Stream } from './stream.ts'
import { type Upstreams, upstreamSubscription } from './upstream.ts'

export interface LiveOptions {
  readonly pipeline: Pipeline
  /** Null without Redis. */
  readonly channels: LiveChannels | null
  /** For fields without `@live`; null where all subgraphs are ours, for ours publish. */
  readonly upstreams: Upstreams | null
  /** What a subgraph that is subscribed to is told of the caller. */
  readonly headersFor: HeaderRules['headersFor']
  readonly logger: Logger
}

export interface SubscriptionRequest {
  readonly operation: PreparedOperation
  readonly variables: Readonly<Record<string, unknown>> | null | undefined
  readonly caller: Caller
  /** A cursor that wins over the argument `after`. */
  readonly resumeFrom?: string | undefined
  readonly outlet: Outlet
  /** Of the client: all its subscriptions share it. */
  readonly backlog: Backlog
}

/** Live subscriptions of a router. */
export interface Live {
  /**
   * Opens a subscription. Nothing is missed from when this resolves; nothing is sent before `start`.
   * @throws GraphQLError when it is refused
   */
  subscribe(request: SubscriptionRequest): Promise<Subscription>
}

export interface Subscription extends Stream {
  /** The client has proved itself anew. With other rights than before the stream goes on within those, or ends. */
  renew(caller: Caller): void
}

/** Subscriptions in groups: those that get the same bytes share one listener, one completion and one text of each event. */
export function openLive({ pipeline, channels, upstreams, headersFor, logger }: LiveOptions): Live {
  const groups = new Map<string, Channel>()

  /** The group of those who get the same bytes as this request. */
  function groupOf(operation: LiveOperation, origin: EventOrigin, request: SubscriptionRequest): Channel {
    const variables = request.variables ?? {}
    const { viewer, headers } = request.caller
    // A group is completed in the name of all its members alike: of one viewer's credential and headers, or of nobody.
    const caller: Caller = operation.isShared && !headers ? ANONYMOUS : { ...ANONYMOUS, viewer, headers }
    const key = JSON.stringify([operation.id, origin.key, operation.variablesKey(variables), identityKey(caller)])
    const known = groups.get(key)
    if (known) return known
    const made = origin.open({ pipeline, logger, operation, variables, caller }, () => {
      if (groups.get(key) === made) groups.delete(key)
    })
    groups.set(key, made)
    return made
  }

  /** Where an operation's events come from. @throws GraphQLError when they come from nowhere */
  function locate(prepared: PreparedOperation, coerced: Variables, { variables, caller }: SubscriptionRequest) {
    const operation = liveOperation(prepared, pipeline.sourceNamed)
    const args = operation.argumentsOf(coerced)
    if (operation.source) {
      if (!channels) throw fault('BAD_REQUEST', 'There are no live events here.')
      return { operation, args, origin: channelOrigin(channels, operation.source, caller.viewer, args) }
    }
    if (!upstreams) throw fault('BAD_REQUEST', 'This field has no live events.')
    const { primary } = operation
    const headers = headersFor(primary.serviceName, caller.headers)
    const subscription = { ...upstreamSubscription(prepared.state, primary, variables ?? {}), headers }
    return { operation, args, origin: upstreamOrigin(upstreams, subscription) }
  }

  const move: MoveStream = async ({ request, stream }, prepared) => {
    const coerced = coerceVariables(prepared.state.apiSchema, prepared, request.variables ?? {})
    if (coerced.errors) throw coerced.errors[0]
    const { operation, origin } = locate(prepared, coerced.variables, request)
    const last = locate(request.operation, coerced.variables, request)
    if (origin.key !== last.origin.key) throw fault('SUBSCRIPTION_SCHEMA_RELOAD')
    await stream.moveTo(groupOf(operation, origin, request))
  }

  const open = new Set<OpenSubscription>()
  pipeline.onSchemaChange(() => reloadSubscriptions(open, pipeline, move))

  return {
    async subscribe(request) {
      const { operation: prepared, caller, outlet, backlog } = request
      const variables = request.variables ?? {}
      rootField(prepared)
      const coerced = await pipeline.admit(prepared, variables, caller)
      // Nothing is planned when the field itself was refused: its error is the answer.
      if (!prepared.plan.node) throw (await pipeline.run({ operation: prepared, variables, caller, signal: AbortSignal.abort() })).errors[0]
      const { operation, args, origin } = locate(prepared, coerced, request)
      // Ahead of the group: one that nobody joins would stay for ever.
      const after = origin.placeOf(request.resumeFrom ?? args.after)
      const channel = groupOf(operation, origin, request)
      const stream = await inTime(openStream({ channel, after, outlet, backlog }), (late) => late.close())
      const subscription: OpenSubscription = { request, stream, moving: Promise.resolve() }
      open.add(subscription)
      // The schema has changed while the channel was opened.
      if (prepared.state !== pipeline.state) await reloadSubscription(subscription, pipeline, move)
      return {
        ...stream,
        renew(fresh) {
          const renewed = renewedCaller(subscription.request.caller, fresh)
          const isSame = identityKey(renewed) === identityKey(subscription.request.caller)
          if (!isSame) void renewSubscription(subscription, pipeline, move, renewed)
        },
        close() {
          open.delete(subscription)
          stream.close()
        },
      }
    },
  }
}
