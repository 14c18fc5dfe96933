import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ExecutionResult, parse, validate } from 'graphql'
import { committedExplorerDocument, committedSupergraph } from '../src/supergraph/committed.ts'
import { buildSchemaState } from '../src/supergraph/schema-state.ts'
import { main, serveForeign, start } from './processes.ts'

test('any supergraph file is served, with the addresses that are in it; SIGTERM drains and ends with 0', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'))
  const foreign = await serveForeign()
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, foreign.supergraphSdl)
  const { child, url } = await start(['--supergraph', file, '--port', '0'], {
    REDIS_URL: '',
    CURSOR_SECRET: '',
    LOG_LEVEL: 'info',
  })
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ reviews { title author { name reviewCount } } me { id } }' }),
  })
  const { data, errors } = (await answer.json()) as ExecutionResult
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path, extensions?.code]),
    [[['me'], 'UNAUTHENTICATED']],
  )
  assert.deepEqual(
    { data },
    {
      data: {
        reviews: [
          { title: 'Title r1', author: { name: 'Ada', reviewCount: 7 } },
          { title: 'Title r2', author: { name: 'Bruno', reviewCount: 7 } },
        ],
        me: null,
      },
    },
  )
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
