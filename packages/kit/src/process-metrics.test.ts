import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { VIEWS } from './process-metrics.ts'

test('no label makes more than 200 series, whoever chooses its values', async () => {
  const reader = new PrometheusExporter({ preventServerStart: true })
  await using stack = new AsyncDisposableStack()
  const provider = stack.adopt(new MeterProvider({ readers: [reader], views: VIEWS }), (one) => one.shutdown())
  const meter = provider.getMeter('test')
  const counter = meter.createCounter('many_total')
  const histogram = meter.createHistogram('many_seconds')
  for (let i = 0; i < 1_000; i += 1) {
    counter.add(1, { name: `n${i}` })
    histogram.record(i, { name: `n${i}` })
  }
  const { resourceMetrics } = await reader.collect()
  const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  assert.deepEqual(
    found.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.length <= 200, dataPoints.length > 100]),
    [
      ['many_total', true, true],
      ['many_seconds', true, true],
    ],
  )
})
