import { trace } from '@opentelemetry/api'

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
