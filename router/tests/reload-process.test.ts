import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { eventually } from '@vibely/testkit/eventually'
import { serveForeign, start } from './processes.ts'

// Costs are not what is tested here.
const ENV = { REDIS_URL: '', CURSOR_SECRET: '', LOG_LEVEL: 'info', COST_ANONYMOUS_BUDGET: '1000000' }

const QUERY = '{ reviews { title author { name reviewCount } } }'

async function ask(url: string, query: string) {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  return { status: answer.status, ...((await answer.json()) as { data?: Record<string, unknown>; errors?: unknown }) }
}

test('a router under traffic follows its supergraph file, whatever is written into it, and reads it again on SIGHUP', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'))
  using foreign = await serveForeign()
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, foreign.supergraphSdl)
  using running = await start(['--supergraph', file, '--port', '0'], ENV)
  const { child, url } = running
  const said = (message: string) => running.lines.filter((line) => line.includes(message))
  const withField = (name: string) =>
    foreign.supergraphSdl.replace(/(type Person[^{]*\{\n)/, `$1  ${name}: String @join__field(graph: PEOPLE)\n`)
  const has = async (name: string) => {
    const { data } = await ask(url, '{ __type(name: "Person") { fields { name } } }')
    return JSON.stringify(data).includes(`"${name}"`)
  }

  const answers: ReturnType<typeof ask>[] = []
  const left = new AbortController()
  const traffic = (async () => {
    for (; !left.signal.aborted; await setTimeout(20)) answers.push(ask(url, QUERY))
  })()

  await writeFile(file, withField('written'))
  await eventually(() => has('written'))
  // As editors and deployments do it: the file becomes another one.
  await writeFile(join(folder, 'next'), withField('renamed'))
  await rename(join(folder, 'next'), file)
  await eventually(() => has('renamed'))
  await writeFile(file, 'type Query {')
  await eventually(() => said('refused').length === 1)
  assert.match(said('refused')[0] ?? '', /Syntax Error.*line 1/)
  await writeFile(file, withField('saved').replace('graph: PEOPLE)', 'graph: NOBODY)'))
  await eventually(() => said('refused').length === 2)
  assert.ok(await has('renamed'))
  child.kill('SIGHUP')
  await eventually(() => said('refused').length === 3)
  for (const name of ['one', 'two', 'three']) await writeFile(file, withField(name))
  await eventually(() => has('three'))

  left.abort()
  await traffic
  const all = await Promise.all(answers)
  assert.ok(all.length > 50, `only ${all.length} requests`)
  assert.deepEqual(
    all.filter(({ status, errors }) => status !== 200 || errors !== undefined),
    [],
  )
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  await rm(folder, { recursive: true })
})

test('a subgraph that has moved is asked at its new address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'))
  using old = await serveForeign()
  using next = await serveForeign()
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, old.supergraphSdl)
  using running = await start(['--supergraph', file, '--port', '0'], ENV)
  const { child, url } = running
  assert.equal((await ask(url, QUERY)).errors, undefined)
  await writeFile(file, next.supergraphSdl)
  await eventually(() => running.lines.some((line) => line.includes('the supergraph has changed')))
  const asked = next.world.calls.length
  old.close()
  assert.equal((await ask(url, QUERY)).errors, undefined)
  assert.ok(next.world.calls.length > asked)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  await rm(folder, { recursive: true })
})
