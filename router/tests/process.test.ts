import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { executeSubgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { parse, validate } from 'graphql'
import { committedExplorerDocument, committedSupergraph } from '../src/supergraph/committed.ts'
import { buildSchemaState } from '../src/supergraph/schema-state.ts'
import { openWorld } from './world.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** Starts the router as a process and waits until it says where it listens. */
async function start(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(child.stdout)) {
    const { url } = JSON.parse(line) as { url?: string }
    if (url) return { child, url }
  }
  throw new Error('the router ended')
}

/** The world's subgraphs as foreign ones: plain GraphQL over HTTP, no signature. */
async function serveForeign() {
  const world = openWorld()
  const servers = world.subgraphs.map((subgraph) =>
    createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const result = await executeSubgraph(subgraph, JSON.parse(String(Buffer.concat(chunks))), ANONYMOUS)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result))
    }).listen(0, '127.0.0.1'),
  )
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [people, reviews] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
  const supergraphSdl = world.supergraphSdl
    .replace('http://people.invalid/graphql', people ?? '')
    .replace('http://reviews.invalid/graphql', reviews ?? '')
  return { supergraphSdl, close: () => servers.map((server) => server.close()) }
}

test('any supergraph file is served, with the addresses that are in it; SIGTERM drains and ends with 0', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'))
  const foreign = await serveForeign()
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, foreign.supergraphSdl)
  const { child, url } = await start(['--supergraph', file, '--port', '0'], { REDIS_URL: '', CURSOR_SECRET: '', LOG_LEVEL: 'info' })
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ reviews { title author { name reviewCount } } me { id } }' }),
  })
  assert.deepEqual(await answer.json(), {
    data: {
      reviews: [
        { title: 'Title r1', author: { name: 'Ada', reviewCount: 7 } },
        { title: 'Title r2', author: { name: 'Bruno', reviewCount: 7 } },
      ],
      me: null,
    },
    errors: [{ message: 'Sign in first.', path: ['me'], extensions: { code: 'UNAUTHENTICATED' } }],
  })
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  foreign.close()
  await rm(folder, { recursive: true })
})

test('missing settings are named together, and the process ends with 1', async () => {
  const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  assert.deepEqual(await once(child, 'close'), [1, null])
  assert.match(String(Buffer.concat(chunks)), /REDIS_URL[\s\S]*CURSOR_SECRET/)
})

test('the committed supergraph is what the subgraphs compose to', async () => {
  const compose = fileURLToPath(new URL('../../infra/compose.ts', import.meta.url))
  const child = spawn(process.execPath, [compose, '--check'], { stdio: ['ignore', 'inherit', 'inherit'] })
  assert.deepEqual(await once(child, 'exit'), [0, null])
  assert.match(await readFile(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8'), /@live\(/)
})

test('the operations that the explorer opens with are valid', async () => {
  const { apiSchema } = buildSchemaState(await committedSupergraph())
  assert.deepEqual(validate(apiSchema, parse(await committedExplorerDocument())), [])
})
