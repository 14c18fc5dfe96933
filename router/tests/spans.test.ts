import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { eventually } from '@vibely/testkit/eventually'
import { reviewEvent, runRouter } from './running.ts'

const exporter = new InMemorySpanExporter()
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` }

/** Names of the router's finished spans, each behind the name of the span that it is in. */
function spans(): string[] {
  const finished = exporter.getFinishedSpans()
  const names = new Map(finished.map((span) => [span.spanContext().spanId, span.name]))
  const named = ({ name, parentSpanContext, attributes }: ReadableSpan) => {
    const subgraph = attributes['subgraph.name']
    const parent = names.get(parentSpanContext?.spanId ?? '')
    return `${parent === undefined ? '' : `${parent} > `}${name}${subgraph === undefined ? '' : ` ${subgraph}`}`
  }
  return finished.filter(({ name }) => name.startsWith('router.')).map(named)
}

const running = await runRouter()
after(() => running[Symbol.asyncDispose]())
beforeEach(() => exporter.reset())
const isOver = () => spans().includes('router.request')
const isOverOnSocket = () => spans().includes('router.subscribe > router.request')

test('each stage of a request is a span, in the trace of the client', async () => {
  const query = 'query Traced { reviews(first: 1) { id author { name } } }'
  assert.equal((await running.ask(query, { headers })).status, 200)
  await eventually(isOver)
  assert.deepEqual(spans().sort(), [
    'router.execute > router.fetch people',
    'router.execute > router.fetch reviews',
    'router.request',
    'router.request > router.execute',
    'router.request > router.parse',
    'router.request > router.plan',
    'router.request > router.validate',
  ])
  assert.ok(exporter.getFinishedSpans().every((span) => span.spanContext().traceId === TRACE))
})

test('what is known already is not done again', async () => {
  const query = 'query Again { reviews(first: 1) { id } }'
  await running.ask(query)
  await eventually(isOver)
  exporter.reset()
  await running.ask(query)
  await eventually(isOver)
  assert.deepEqual(spans().sort(), ['router.execute > router.fetch reviews', 'router.request', 'router.request > router.execute'])
})

test('every error names the trace that it belongs to', async () => {
  const { body } = await running.ask('{ broken me { id } }', { headers })
  const traced = body.errors?.map(({ extensions }) => extensions?.traceId)
  assert.deepEqual(traced, [TRACE, TRACE])
  const refused = await running.ask('{ nope }', { headers })
  assert.equal(refused.body.errors?.[0]?.extensions?.traceId, TRACE)
  const answer = await fetch(`${running.url}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '[',
  })
  const { errors } = (await answer.json()) as { errors: { extensions: { traceId: string } }[] }
  assert.equal(errors[0]?.extensions.traceId, TRACE)
})

const extensions = { traceparent: headers.traceparent }
const tracesOf = (...names: string[]) =>
  new Map(
    exporter
      .getFinishedSpans()
      .filter(({ name }) => names.includes(name))
      .map((span) => [span.name, span.spanContext().traceId]),
  )

test('an operation on a socket continues the trace that its extensions name', async () => {
  const answers = running.client().iterate({ query: '{ reviews(first: 1) { id } broken }', extensions })
  const { value } = await answers.next()
  assert.equal(value?.errors?.[0]?.extensions?.traceId, TRACE)
  await eventually(isOverOnSocket)
  assert.deepEqual(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)), new Set([TRACE]))
  assert.deepEqual(
    spans().filter((name) => name.endsWith('router.request')),
    ['router.subscribe > router.request'],
  )
})

test('so does a subscription, and a stream over HTTP; what is no trace is left out', async () => {
  const query = 'subscription { mood(room: "spans") { text } }'
  const client = running.client()
  const end = client.subscribe({ query, extensions }, { next() {}, error() {}, complete() {} })
  await eventually(() => tracesOf('router.subscribe').size > 0)
  assert.deepEqual([...tracesOf('router.subscribe').values()], [TRACE])
  end()

  for (const [traceparent, continues] of [
    [headers.traceparent, true],
    ['nonsense', false],
    [7, false],
  ] as const) {
    exporter.reset()
    const search = new URLSearchParams({ query: '{ reviews(first: 1) { id } }', extensions: JSON.stringify({ traceparent }) })
    const response = await fetch(`${running.url}/graphql?${search}`, { headers: { accept: 'text/event-stream' } })
    assert.match(await response.text(), /event: complete/)
    assert.equal(tracesOf('router.subscribe').get('router.subscribe') === TRACE, continues, String(traceparent))
  }
})

test('a live event tells the trace of the request that caused it', async () => {
  const client = running.client(await running.credentials.token())
  const events = client.iterate({ query: 'subscription { reviewAdded { phase } }' })
  assert.equal((await events.next()).value?.extensions, undefined)
  await running.publisher.publish({ ...reviewEvent(1), traceparent: headers.traceparent })
  const { value } = await events.next()
  assert.match(String(value?.extensions?.traceparent), new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
  await client.dispose()
})
