import { Fault, fault } from '@vibely/kit/errors'
import type { LiveReader } from '@vibely/kit/live'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import { type ExecutionResult, type FieldNode, GraphQLError, getArgumentValues, Kind, type SelectionSetNode } from 'graphql'
import { resultOf } from '../execution/answer.ts'
import { coerceVariables } from '../execution/variables.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Source } from '../sources/source.ts'
import { traced } from '../telemetry/traces.ts'
import { channelsOf } from './channels.ts'
import { eventPlan, eventSources } from './hydrate.ts'
import { openStream, type StreamItem } from './stream.ts'
import type { StreamCursors } from './stream-cursor.ts'

export interface LiveOptions {
  readonly pipeline: Pipeline
  readonly sources: readonly Source[]
  readonly reader: LiveReader
  readonly cursors: StreamCursors
  readonly logger: Logger
}

export interface SubscriptionRequest {
  readonly operation: PreparedOperation
  readonly variables: Readonly<Record<string, unknown>> | null | undefined
  readonly caller: Caller
  /** Called once when the client cannot keep up. */
  readonly onOverflow: () => void
}

/** Results of a subscription. `return` ends it at once, also while `next` waits: a generator function could not. */
export type ResultStream = AsyncGenerator<ExecutionResult, void, void>

/**
 * Opens a subscription: listens to its channel, then completes each event with fields of the other subgraphs.
 * @throws GraphQLError when it is refused
 */
export async function subscribe(live: LiveOptions, request: SubscriptionRequest): Promise<ResultStream> {
  const { operation, caller, onOverflow } = request
  const { pipeline } = live
  const variables = request.variables ?? {}
  const field = rootField(operation)
  const coerced = coerceVariables(pipeline.state.apiSchema, operation, variables)
  if (coerced.errors) throw coerced.errors[0]
  const { node } = operation.plan
  // Nothing is planned when the field itself was refused: its error is the answer.
  if (!node) throw (await pipeline.run({ operation, variables, caller, signal: AbortSignal.abort() })).errors[0]
  const source = pipeline.state.live.get(field.name.value)
  if (node.kind !== 'Subscription' || !source) throw fault('BAD_REQUEST', 'This field has no live events.')
  const owner = live.sources.find(({ name }) => name === node.primary.serviceName)
  if (!owner) throw fault('SUBGRAPH_UNAVAILABLE')

  const args = argumentsOf(pipeline, field, coerced.variables)
  const [channel, ...others] = channelsOf(source.channel, caller.viewer, args)
  if (channel === undefined || others.length > 0) throw fault('BAD_REQUEST', 'This field has no live events.')
  const after = typeof args.after === 'string' ? args.after : null
  const stream = await openStream({ reader: live.reader, cursors: live.cursors, channel, after, onOverflow })
  const sourceOf = eventSources(pipeline.state.apiSchema, node.primary, owner)
  const forEvents: PreparedOperation = { ...operation, plan: eventPlan(node) }
  const left = new AbortController()

  const answered = async (item: StreamItem): Promise<ExecutionResult | null> => {
    const payload = item.event ? payloadOf(item.event.data) : {}
    if (!payload) {
      live.logger.error({ channel, seq: item.event?.seq }, 'an event is not readable')
      return null
    }
    const event = sourceOf({ ...payload, phase: item.phase, cursor: item.cursor })
    return resultOf(await pipeline.run({ operation: forEvents, variables, caller, signal: left.signal, event, asOf: item.cursor }))
  }
  /** A failure is a result too, and the stream goes on behind it. */
  const delivered = (item: StreamItem) => {
    const traceparent = item.event?.traceparent
    return inSpan('router.delivery', { kind: SpanKind.CONSUMER, ...(traceparent !== undefined && { from: { traceparent } }) }, () =>
      answered(item).catch((error: unknown) => {
        live.logger.error({ err: error, channel }, 'an event could not be completed')
        return { errors: traced([fault('INTERNAL')]) }
      }),
    )
  }
  const next = async (): Promise<IteratorResult<ExecutionResult, void>> => {
    for (;;) {
      const item = await stream.next()
      if (!item || left.signal.aborted) return { done: true, value: undefined }
      // What keeps no stream sends events alone.
      if (!source.replay && !item.event) continue
      const value = await delivered(item)
      if (value) return { done: false, value }
    }
  }
  const end = async (): Promise<IteratorResult<ExecutionResult, void>> => {
    left.abort()
    await stream.close()
    return { done: true, value: undefined }
  }
  const results: ResultStream = {
    next,
    return: end,
    throw: async (error) => {
      await end()
      throw error
    },
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: async () => void (await end()),
  }
  return results
}

/** The one root field. @throws Fault when it could be absent: a subscription without a field is none. */
function rootField({ definition, document }: PreparedOperation): FieldNode {
  const open = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.directives?.length) throw fault('BAD_REQUEST', 'The field of a subscription takes no directives.')
      if (selection.kind === Kind.FIELD) return [selection]
      if (selection.kind === Kind.INLINE_FRAGMENT) return open(selection.selectionSet)
      const fragment = document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value)
      return fragment?.kind === Kind.FRAGMENT_DEFINITION ? open(fragment.selectionSet) : []
    })
  const [field] = open(definition.selectionSet)
  if (!field) throw fault('BAD_REQUEST')
  return field
}

function argumentsOf(
  { state }: Pipeline,
  field: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const definition = state.apiSchema.getSubscriptionType()?.getFields()[field.name.value]
  if (!definition) throw fault('BAD_REQUEST')
  try {
    return getArgumentValues(definition, field, variables)
  } catch (error) {
    if (error instanceof GraphQLError && !(error instanceof Fault)) throw fault('BAD_USER_INPUT', error.message)
    throw error
  }
}

function payloadOf(data: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
