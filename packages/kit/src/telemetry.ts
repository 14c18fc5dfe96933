import { type Attributes, context, type Link, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

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
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const around = options.from ? undefined : trace.getActiveSpan()
  if (around && !around.isRecording() && !around.spanContext().isRemote) return work(around)
  const parent = options.from ? propagation.extract(context.active(), options.from) : context.active()
  const { kind = SpanKind.INTERNAL, attributes = {}, links = [] } = options
  return tracer.startActiveSpan(name, { kind, attributes, links }, parent, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

/** The present trace context as W3C headers: `traceparent`, and `tracestate` when there is one. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}
