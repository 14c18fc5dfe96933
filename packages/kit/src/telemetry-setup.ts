// Loaded ahead of everything else: `node --import ./packages/kit/src/telemetry-setup.ts …`, so that libraries are instrumented.
// Without OTEL_EXPORTER_OTLP_ENDPOINT trace ids are still made and passed on, for errors and logs; nothing is exported.
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { TracerProvider } from '@opentelemetry/sdk-trace'

// biome-ignore lint/style/noProcessEnv: OpenTelemetry is configured by its own standard variables, before any env.ts runs.
const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT

if (endpoint) {
  const [{ NodeSDK }, { getNodeAutoInstrumentations }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/auto-instrumentations-node'),
  ])
  const sdk = new NodeSDK({ instrumentations: [getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-fs': { enabled: false } })] })
  sdk.start()
  process.once('beforeExit', () => void sdk.shutdown())
} else {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(new TracerProvider())
}
