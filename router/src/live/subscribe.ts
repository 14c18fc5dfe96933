import { fault } from '@vibely/kit/errors'
import type { LiveEvent, LiveReader } from '@vibely/kit/live'
import type { Logger } from '@vibely/kit/logger'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { coerceVariables } from '../execution/variables.ts'
import type { Variables } from '../operations/cost-terms.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { channelFeed, inTime } from './channel-feed.ts'
import { channelsOf } from './channels.ts'
import { type Completion, keptCompletion, passingCompletion } from './completion.ts'
import { type Group, openGroup } from './group.ts'
import { type LiveOperation, liveOperation, rootField } from './live-operation.ts'
import type { Backlog } from './queue.ts'
import { type MoveStream, type OpenSubscription, reloadSubscription, reloadSubscriptions } from './reload.ts'
import { type Channel, type Outlet, openStream, type Stream } from './stream.ts'
import type { StreamCursors } from './stream-cursor.ts'

const PAGE = 500

export interface LiveOptions {
  readonly pipeline: Pipeline
  readonly reader: LiveReader
  readonly cursors: StreamCursors
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
  subscribe(request: SubscriptionRequest): Promise<Stream>
}

/** Subscriptions in groups: those that get the same bytes share one listener, one completion and one text of each event. */
export function openLive({ pipeline, reader, cursors, logger }: LiveOptions): Live {
  const groups = new Map<string, Channel>()

  /** The group of a request, and where it is to begin. */
  function channelFor(operation: LiveOperation, request: SubscriptionRequest, channels: readonly string[]): Channel {
    const variables = request.variables ?? {}
    const { viewer } = request.caller
    // A group is completed in the name of all its members alike: of one viewer's credential, or of nobody.
    const caller: Caller = operation.isShared ? ANONYMOUS : { ...ANONYMOUS, viewer }
    const key = JSON.stringify([operation.id, channels, operation.variablesKey(variables), caller.viewer])
    const known = groups.get(key)
    if (known) return known
    const completion: Completion = { pipeline, logger, operation, variables, caller }
    const onEmpty = () => void groups.delete(key)
    const made =
      operation.source?.replay === true ? keptChannel(completion, channels, onEmpty) : passingChannel(completion, channels, onEmpty)
    groups.set(key, made)
    return made
  }

  function keptChannel(completion: Completion, channels: readonly string[], onEmpty: () => void): Channel {
    const [name, ...others] = channels
    // A cursor names a place in one channel.
    if (name === undefined || others.length > 0) throw fault('BAD_USER_INPUT', 'A stream that a cursor resumes follows one channel.')
    const complete = keptCompletion(completion, cursors, name)
    const group: Group = openGroup<LiveEvent>({
      feed: channelFeed(reader, channels),
      complete: (event) => complete('LIVE', event, event),
      reset: (place) => complete('RESYNC_REQUIRED', place, null),
      onEmpty,
    })
    return { group, kept: { complete, range: joined((after) => reader.range(name, after, PAGE)), head: () => reader.head(name) } }
  }

  function passingChannel(completion: Completion, channels: readonly string[], onEmpty: () => void): Channel {
    const group = openGroup<LiveEvent>({
      feed: channelFeed(reader, channels),
      complete: passingCompletion(completion),
      reset: async () => null,
      onEmpty,
    })
    return { group, kept: null }
  }

  /** Where an operation's events come from. @throws GraphQLError when they come from nowhere */
  function locate(operation: PreparedOperation, coerced: Variables, { viewer }: Caller) {
    const live = liveOperation(operation, pipeline.sourceNamed)
    if (!live.source) throw fault('BAD_REQUEST', 'This field has no live events.')
    const args = live.argumentsOf(coerced)
    return { live, args, channels: channelsOf(live.source.channel, viewer, args) }
  }

  const move: MoveStream = async ({ request, stream }, operation) => {
    const coerced = coerceVariables(operation.state.apiSchema, operation, request.variables ?? {})
    if (coerced.errors) throw coerced.errors[0]
    const { live, channels } = locate(operation, coerced.variables, request.caller)
    const last = locate(request.operation, coerced.variables, request.caller)
    const sameEvents = channels.join() === last.channels.join() && live.source?.replay === last.live.source?.replay
    if (!sameEvents) throw fault('SUBSCRIPTION_SCHEMA_RELOAD')
    await stream.moveTo(channelFor(live, request, channels))
  }

  const open = new Set<OpenSubscription>()
  pipeline.onSchemaChange(() => reloadSubscriptions(open, pipeline, move))

  return {
    async subscribe(request) {
      const { operation, caller, outlet, backlog } = request
      const variables = request.variables ?? {}
      rootField(operation)
      const coerced = await pipeline.admit(operation, variables, caller)
      // Nothing is planned when the field itself was refused: its error is the answer.
      if (!operation.plan.node) throw (await pipeline.run({ operation, variables, caller, signal: AbortSignal.abort() })).errors[0]
      const { live, args, channels } = locate(operation, coerced, caller)
      const channel = channelFor(live, request, channels)
      const cursor = request.resumeFrom ?? args.after
      const after = channel.kept && typeof cursor === 'string' ? cursors.decode(channels[0] ?? '', cursor) : null
      const stream = await inTime(openStream({ channel, after, outlet, backlog }), (late) => late.close())
      const subscription: OpenSubscription = { request, stream }
      open.add(subscription)
      // The schema has changed while the channel was opened.
      if (operation.state !== pipeline.state) await reloadSubscription(subscription, pipeline, move)
      return {
        ...stream,
        close() {
          open.delete(subscription)
          stream.close()
        },
      }
    },
  }
}

/** Reads that ask for the same while one is under way are one. */
function joined<T>(read: (after: number) => Promise<T>): (after: number) => Promise<T> {
  const reading = new Map<number, Promise<T>>()
  return (after) => {
    const known = reading.get(after)
    if (known !== undefined) return known
    const started = read(after).finally(() => reading.delete(after))
    reading.set(after, started)
    return started
  }
}
