import { type Attributes, context, type Link, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { isPromise, type Soon } from './soon.ts'

export { SpanKind }

const tracer = trace.getTracer('vibely')

export interface SpanOptions {
  readonly kind?: SpanKind
  readonly attributes?: Attributes
  /** W3C headers of the work that caused this one: becomes the parent. */
  readonly from?: Readonly<Record<string, string>>
  readonly links?: Link[]
}

/**
 * Runs work inside a span; a failure is recorded on it and thrown on. Inside a span of this process that is not kept, none is made:
 * nobody would keep it either.
 */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>
/** The same for work that may be done at once. */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Soon<T>): Soon<T>
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Soon<T>): Soon<T> {
  const around = options.from ? undefined : trace.getActiveSpan()
  if (around && !around.isRecording() && !around.spanContext().isRemote) return work(around)
  const parent = options.from ? propagation.extract(context.active(), options.from) : context.active()
  const { kind = SpanKind.INTERNAL, attributes = {}, links = [] } = options
  return tracer.startActiveSpan(name, { kind, attributes, links }, parent, (span) => {
    let result: Soon<T>
    try {
      result = work(span)
    } catch (error) {
      throw failed(span, error)
    }
    if (!isPromise(result)) {
      span.end()
      return result
    }
    return result.then(
      (value) => {
        span.end()
        return value
      },
      (error: unknown) => {
        throw failed(span, error)
      },
    )
  })
}

/** Ends the span of work that failed. @returns the failure */
function failed(span: Span, error: unknown): unknown {
  span.recordException(error instanceof Error ? error : String(error))
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
  return error
}

/** The present trace context as W3C headers: `traceparent`, and `tracestate` when there is one. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}
