import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { serveForeign, start } from './processes.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Samples by name and labels, as Prometheus reads them. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

describe('a router that is measured', () => {
  test('tells Prometheus what it does, in a number of series that no client can raise', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'telemetry-'))
    const foreign = await serveForeign()
    const file = join(folder, 'supergraph.graphql')
    const documents = join(folder, 'documents.json')
    await writeFile(file, foreign.supergraphSdl)
    await writeFile(documents, JSON.stringify({ x: 'query Known { reviews(first: 1) { id } }' }))
    const port = await freePort()
    const { child, url, lines } = await start(['--supergraph', file, '--port', '0'], {
      REDIS_URL: '',
      CURSOR_SECRET: '',
      LOG_LEVEL: 'info',
      PERSISTED_DOCUMENTS: documents,
      METRICS_PORT: String(port),
    })
    context.after(() => {
      child.kill('SIGKILL')
      foreign.close()
      return rm(folder, { recursive: true })
    })
    const ask = (body: object, headers: Record<string, string> = {}) =>
      fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
    const scrape = async () => samples(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())

    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'
    assert.equal((await ask({ query: 'query Known { reviews(first: 1) { id } }', operationName: 'Known' }, { traceparent })).status, 200)
    await ask({ query: 'query Known { reviews(first: 1) { id } }', operationName: 'Known' })
    await ask({ query: '{ broken }' })
    await ask({ query: '{ nope }' })
    await ask([])
    for (let i = 0; i < 100; i += 1)
      await ask({ query: `query N${i} { __typename }`, operationName: `N${i}` }, { 'x-http-method': `M${i}` })

    const measured = await scrape()
    const value = (name: string) => measured.get(name)
    assert.equal(value('graphql_operation_duration_seconds_count{operation="Known"}'), 2)
    assert.equal(value('graphql_operation_duration_seconds_count{operation="other"}'), 101)
    assert.equal(value('graphql_rejected_total{reason="BAD_REQUEST"}'), 1)
    assert.equal(value('graphql_rejected_total{reason="BATCHING_DISABLED"}'), 1)
    assert.equal(value('graphql_errors_total{code="INTERNAL"}'), 1)
    assert.equal(value('http_server_request_duration_seconds_count{method="POST",status="200"}'), 104)
    assert.equal(value('http_server_request_duration_seconds_count{method="POST",status="400"}'), 1)
    assert.equal(value('subgraph_request_duration_seconds_count{subgraph="reviews",outcome="ok"}'), 2)
    // The first may find its plan too, when the warm-up of persisted operations came before it.
    assert.ok([1, 2].includes(value('query_plan_cache_hits_total') ?? 0))
    for (const name of ['query_plan_duration_seconds_count', 'process_resident_memory_bytes', 'process_cpu_seconds_total'])
      assert.ok((value(name) ?? 0) > 0, name)
    assert.ok(measured.size < 10_000)
    assert.ok([...measured.keys()].every((name) => !/N\d|M\d/.test(name)))

    const requests = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'request')
    await eventually(() => requests().length >= 105)
    const { ms, ts, pid, hostname, span_id, ...first } = requests()[0] ?? {}
    assert.deepEqual(first, {
      level: 'info',
      service: 'router',
      msg: 'request',
      method: 'POST',
      path: '/graphql',
      status: 200,
      op: 'Known',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
    })
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
})
