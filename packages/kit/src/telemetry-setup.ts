// Loaded ahead of everything else: `node --import ./packages/kit/src/telemetry-setup.ts …`, so that libraries are instrumented.
// OTEL_EXPORTER_OTLP_ENDPOINT: where traces go. Without it trace ids are still made and passed on, for errors and logs; nothing is recorded.
// METRICS_PORT, METRICS_HOST: where Prometheus reads the metrics, at /metrics. Without a port nothing is measured.
import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { AlwaysOffSampler, TracerProvider } from '@opentelemetry/sdk-trace'

// biome-ignore lint/style/noProcessEnv: OpenTelemetry is configured by its own standard variables, before any env.ts runs.
const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, METRICS_PORT: metricsPort, METRICS_HOST: metricsHost } = process.env

if (metricsPort) {
  const [{ MeterProvider }, { PrometheusExporter }, { VIEWS, observeProcess }] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-prometheus'),
    import('./process-metrics.ts'),
  ])
  const reader = new PrometheusExporter({
    port: Number(metricsPort),
    host: metricsHost || '127.0.0.1',
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  })
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader], views: VIEWS }))
  observeProcess()
}

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
  trace.setGlobalTracerProvider(new TracerProvider({ sampler: new AlwaysOffSampler() }))
}
