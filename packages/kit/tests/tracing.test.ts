import assert from 'node:assert/strict'
import { it } from 'node:test'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { settled } from '@vibely/testkit/settled'
import { startRelay } from '../src/relay.ts'
import { inSpan } from '../src/telemetry.ts'
import { logger, openStand, startCopying } from './backbone/stand.ts'

const exporter = new InMemorySpanExporter()
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))

it('one trace joins the write, its publication and its effect', async () => {
  await using stand = await openStand('postgres')
  const { store, bus, address } = stand
  const inside: (string | undefined)[] = []
  await using _relay = startRelay({ outbox: store.outbox, bus, logger })
  await using _consumers = await startCopying(stand, 'copy', () => void inside.push(trace.getActiveSpan()?.spanContext().traceId))
  const traceId = await inSpan('write', {}, async (span) => {
    await store.write('a', 1)
    return span.spanContext().traceId
  })
  await settled({ namespace: address.namespace, groups: ['copy'] })

  const spans = exporter.getFinishedSpans()
  const [write, publish, process] = [undefined, SpanKind.PRODUCER, SpanKind.CONSUMER].map((kind) =>
    spans.find((span) => (kind === undefined ? span.name === 'write' : span.kind === kind)),
  )
  assert.deepEqual([publish?.name, process?.name], ['publish kit.counter.v1', 'process kit.counter.v1'])
  assert.deepEqual(
    [publish, process].map((span) => span?.spanContext().traceId),
    [traceId, traceId],
  )
  assert.equal(publish?.parentSpanContext?.spanId, write?.spanContext().spanId)
  assert.equal(process?.parentSpanContext?.spanId, publish?.spanContext().spanId)
  assert.equal(process?.links[0]?.context.spanId, publish?.spanContext().spanId)
  assert.deepEqual(inside, [traceId])
})
