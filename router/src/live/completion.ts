import { fault } from '@vibely/kit/errors'
import type { LiveEvent } from '@vibely/kit/live'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind, traceHeaders } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import type { Answer } from '../execution/answer.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Source } from '../sources/source.ts'
import { traced } from '../telemetry/traces.ts'
import type { LiveOperation } from './live-operation.ts'
import { type LiveResult, liveResult } from './result.ts'
import type { StreamPhase } from './stream.ts'
import type { StreamCursors, StreamPlace } from './stream-cursor.ts'
import type { UpstreamEvent } from './upstream.ts'

/** Completes an event with fields of the subgraphs; null for one that cannot be read. Never rejects: a failure is a result too. */
export type Complete = (phase: StreamPhase, place: StreamPlace, event: LiveEvent | null) => Promise<LiveResult | null>

/** An operation for those in whose name its events are completed. */
export interface Completion {
  readonly pipeline: Pipeline
  readonly logger: Logger
  readonly operation: LiveOperation
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
}

const NEVER = new AbortController().signal

// After a restart many clients return at once, and have missed the same.
const KEEP_MS = 2_000
const KEEP_BYTES = 1024 * 1024

/**
 * Completes events of a stream that is kept: each result names its phase and its place. Members of a group who ask for the
 * same within two seconds get the same: they may see the same, and what is that fresh is fresh enough for a replay.
 */
export function keptCompletion(completion: Completion, cursors: StreamCursors, channel: string): Complete {
  const recent = new Map<string, Promise<LiveResult | null>>()
  let bytes = 0
  const keep = (name: string, made: Promise<LiveResult | null>) => {
    recent.set(name, made)
    void made.then((result) => {
      const size = result?.json.length ?? 0
      bytes += size
      const forget = () => {
        if (recent.delete(name)) bytes -= size
      }
      if (bytes > KEEP_BYTES) forget()
      else setTimeout(forget, KEEP_MS).unref()
    })
    return made
  }
  return (phase, place, event) => {
    const make = () => {
      const cursor = cursors.encode(channel, place)
      return completed(completion, event, { phase, cursor }, cursor, null)
    }
    // A live event comes to the whole group at once.
    if (phase === 'LIVE') return make()
    const name = `${phase} ${place.epoch} ${place.seq}`
    return recent.get(name) ?? keep(name, make())
  }
}

/** Completes events of which the newest is enough. Two are about the same when they name the same objects. */
export const passingCompletion = (completion: Completion) => (event: LiveEvent) => completed(completion, event, {}, null, event.channel)

/** Completes what a subgraph's own subscription brought: it is the answer of the primary fetch. */
export const upstreamCompletion =
  (completion: Completion) =>
  async ({ answer, seq }: UpstreamEvent): Promise<LiveResult> => {
    const { serviceName } = completion.operation.primary
    const source: Source = { name: serviceName, fetch: async () => answer, [Symbol.asyncDispose]: async () => {} }
    return answered(completion, source, undefined, `${completion.operation.id} ${seq}`, (answer) => liveResult(answer, null, null))
  }

/** Tells the clients of such a subscription that events may be missing. It goes on when the subgraph is back. */
export const upstreamGap = (): LiveResult => liveResult({ data: 'null', errors: traced([fault('SUBGRAPH_UNAVAILABLE')]) }, null, null)

async function completed(
  completion: Completion,
  event: LiveEvent | null,
  stream: object,
  cursor: string | null,
  topic: string | null,
): Promise<LiveResult | null> {
  const { operation, logger } = completion
  const payload = event ? payloadOf(event.data) : {}
  if (!payload) {
    logger.error({ channel: event?.channel, seq: event?.seq }, 'an event is not readable')
    return null
  }
  const key = topic === null ? null : `${topic} ${identityOf(payload)}`
  const unclear = (field: string) =>
    logger.error({ channel: event?.channel, seq: event?.seq, field }, 'an event does not say what it is about')
  return answered(completion, operation.sourceOf({ ...payload, ...stream }, unclear), event?.traceparent, placeName(event), (answer) =>
    liveResult(answer, cursor, key, causeOf(event)),
  )
}

// What was fetched ahead of an event does not show it.
const placeName = (event: LiveEvent | null) => (event ? `${event.channel} ${event.epoch} ${event.seq}` : '')

/** What the client is told of the trace that an event belongs to: that of the request which caused it. */
function causeOf(event: LiveEvent | null): { readonly traceparent: string } | undefined {
  const traceparent = event?.traceparent === undefined ? undefined : traceHeaders().traceparent
  return traceparent === undefined ? undefined : { traceparent }
}

/** Runs the operation with an event in the place of its primary fetch, and writes its answer, in the trace of the event. */
function answered(
  completion: Completion,
  source: Source,
  traceparent: string | undefined,
  asOf: string,
  write: (answer: Answer) => LiveResult,
): Promise<LiveResult> {
  const { pipeline, logger, operation, variables, caller } = completion
  const from = traceparent === undefined ? {} : { from: { traceparent } }
  return inSpan('router.delivery', { kind: SpanKind.CONSUMER, ...from }, async () => {
    const run = pipeline.run({ operation: operation.forEvents, variables, caller, signal: NEVER, event: source, asOf })
    const answer: Answer = await run.catch((error: unknown) => {
      logger.error({ err: error, field: operation.field.name.value }, 'an event could not be completed')
      return { data: undefined, errors: traced([fault('INTERNAL')]) }
    })
    return write(answer)
  })
}

type Json = Readonly<Record<string, unknown>>

function payloadOf(data: string): Json | null {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
  } catch {
    return null
  }
}

/** The ids of the objects that a payload names. */
function identityOf(payload: Json): string {
  const ids = Object.entries(payload).flatMap(([name, part]) => {
    const id = name === 'id' ? part : typeof part === 'object' && part !== null && 'id' in part ? part.id : undefined
    return id === undefined ? [] : [`${name}:${String(id)}`]
  })
  return ids.sort().join()
}
