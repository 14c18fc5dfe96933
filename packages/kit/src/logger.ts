import { trace } from '@opentelemetry/api'
import { type Logger, pino } from 'pino'

export type { Logger }

const SECRETS = ['authorization', 'cookie', 'password', 'token', 'accessToken', 'refreshToken', 'email', 'secret', 'variables']

/** JSON lines to stdout with trace ids; secrets are removed wherever they stand up to three levels deep. */
export function createLogger(options: { readonly service: string; readonly level: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service },
    messageKey: 'msg',
    timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    mixin() {
      const span = trace.getActiveSpan()?.spanContext()
      return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
    },
  })
}
