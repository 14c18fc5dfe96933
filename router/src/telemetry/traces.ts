import { type Attributes, trace } from '@opentelemetry/api'
import { currentTraceId } from '@vibely/kit/errors'
import type { Soon } from '@vibely/kit/soon'
import { inSpan } from '@vibely/kit/telemetry'
import { GraphQLError } from 'graphql'

const tracer = trace.getTracer('vibely-router')

/** Runs a synchronous stage of a request inside its own span. */
export function inStage<T>(name: string, work: () => T): T {
  return tracer.startActiveSpan(name, (span) => {
    try {
      return work()
    } finally {
      span.end()
    }
  })
}

/** Runs a stage inside its own span when the request is recorded; when nobody keeps spans it costs nothing. */
export const inRecordedSpan = <T>(name: string, attributes: Attributes, work: () => Soon<T>): Soon<T> =>
  trace.getActiveSpan()?.isRecording() ? inSpan(name, { attributes }, work) : work()

/** The errors with the trace of the present work: what goes over a socket is written when its span is over. */
export function traced(errors: readonly GraphQLError[]): GraphQLError[] {
  const traceId = currentTraceId()
  if (traceId === undefined) return [...errors]
  return errors.map(({ message, nodes, source, positions, path, originalError, extensions }) => {
    const place = { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null }
    return new GraphQLError(message, { ...place, originalError: originalError ?? null, extensions: { traceId, ...extensions } })
  })
}
