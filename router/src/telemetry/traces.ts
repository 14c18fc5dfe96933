import { trace } from '@opentelemetry/api'
import { currentTraceId } from '@vibely/kit/errors'
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

/** The errors with the trace of the present work: what goes over a socket is written when its span is over. */
export function traced(errors: readonly GraphQLError[]): GraphQLError[] {
  const traceId = currentTraceId()
  if (traceId === undefined) return [...errors]
  return errors.map(({ message, nodes, source, positions, path, originalError, extensions }) => {
    const place = { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null }
    return new GraphQLError(message, { ...place, originalError: originalError ?? null, extensions: { traceId, ...extensions } })
  })
}
