import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { readEnv } from '@vibely/kit/env'
import type { ExecutionResult } from 'graphql'
import { readCommandLine, UsageError } from '../../src/cli.ts'
import { foreignDeployment } from '../../src/deployment.ts'
import { standaloneEnv } from '../../src/env.ts'
import { openRouter } from '../../src/router.ts'
import { readSupergraph } from '../../src/supergraph/read-supergraph.ts'
import { main, start } from '../processes.ts'
import { silent } from './harness.ts'
import { serveSuite } from './serve-suite.ts'
import type { Example, Suite } from './suite.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'standalone-'))
})
after(() => rm(folder, { recursive: true }))

const load = async (name: string) => ((await import(`./suites/${name}.ts`)) as { suite: Suite }).suite

async function ask(url: string, { query, variables = {} }: Pick<Example, 'query' | 'variables'>) {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return (await answer.json()) as ExecutionResult
}

/** A router as `--supergraph` opens it, over a suite's subgraphs behind HTTP. */
async function serve(name: string, env: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack()
  const suite = await load(name)
  const served = stack.use(await serveSuite(suite))
  const file = join(folder, `${name}.graphql`)
  await writeFile(file, served.supergraphSdl)
  const settings = readEnv(standaloneEnv, { NODE_ENV: 'development', ROUTER_PORT: '0', DRAIN_DELAY_MS: '0', ...env })
  const { url } = stack.use(await openRouter({ env: settings, logger: silent, ...(await foreignDeployment(file, settings, silent)) }))
  const open = stack.move()
  return {
    suite,
    ask: (example: Pick<Example, 'query' | 'variables'>) => ask(url, example),
    stop: served.stop,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** One of each kind; suites.test.ts runs all in one process. Mutations change what the next example sees. */
const FEATURES = [
  'abstract-types',
  'awkward-strings',
  'compound-keys',
  'context',
  'executable-directives',
  'federation-1',
  'inaccessible',
  'interface-object',
  'keys-mashup',
  'non-resolvable-interface-object',
  'nulls',
  'operation-directives',
  'override',
  'provides',
  'requires-argument-conflict',
  'requires-arguments',
  'shared-root',
  'unions',
  'unreachable-fields',
]

for (const name of FEATURES) {
  test(`${name} is answered over HTTP as in one process`, async () => {
    await using router = await serve(name)
    for (const example of router.suite.examples) {
      if (example.weFail !== undefined) continue
      const { data, errors = [] } = await router.ask(example)
      assert.equal(JSON.stringify(data), JSON.stringify(example.data), example.query)
      if (example.data === undefined || example.errors === 'at least one') assert.ok(errors.length > 0, example.query)
      else assert.deepEqual(errors.map(({ path }) => path?.join('.')).sort(), [...(example.errors ?? [])].sort(), example.query)
    }
  })
}

test('the fields of a mutation run in order, over subgraphs behind HTTP', async () => {
  await using router = await serve('mutations')
  const { data } = await router.ask({ query: 'mutation { a: add(by: 1) b: multiply(by: 2) c: add(by: 3) d: multiply(by: 10) log }' })
  assert.deepEqual(data, { a: 6, b: 12, c: 15, d: 150, log: ['add 1', 'multiply 2', 'add 3', 'multiply 10'] })
})

test('a subgraph that is down costs its own fields alone', async () => {
  await using router = await serve('abstract-types')
  await router.stop('ratings')
  const { data, errors } = await router.ask({ query: '{ items { title ... on Film { minutes stars } } }' })
  assert.deepEqual(data, { items: [{ title: 'Emma' }, { title: 'Alien', minutes: 117, stars: null }, { title: null }] })
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.code, extensions?.service]),
    [['items.1.stars', 'SUBGRAPH_UNAVAILABLE', 'ratings']],
  )
})

test('introspection is answered while developing, and refused in production', async () => {
  const query = '{ __schema { queryType { name } } }'
  await using developing = await serve('introspection')
  assert.deepEqual((await developing.ask({ query })).data, { __schema: { queryType: { name: 'Query' } } })
  await using producing = await serve('introspection', { NODE_ENV: 'production' })
  const { data, errors } = await producing.ask({ query })
  assert.equal(data, undefined)
  assert.equal(errors?.[0]?.extensions?.code, 'BAD_REQUEST')
  assert.deepEqual((await producing.ask({ query: '{ user { age } }' })).data, { user: { age: 3 } })
})

describe('progressive overrides', () => {
  const query = '{ product { name price } }'
  type Product = ExecutionResult<{ product: { name: string; price: string } }>

  for (const planner of ['apollo', 'hive']) {
    test(`a label holds when it is switched on; a percentage is drawn for each request: ${planner}'s planner`, async () => {
      await using router = await serve('override-progressive', { OVERRIDE_LABELS: 'new-names, unknown', QUERY_PLANNER: planner })
      const prices = new Set<unknown>()
      // Of 200 requests at 20 %, some take each way unless the draw is broken: the chance of none is 10^-19.
      for (let count = 0; count < 200; count += 1) {
        const { data } = (await router.ask({ query })) as Product
        assert.equal(data?.product.name, 'name from fresh')
        prices.add(data?.product.price)
      }
      assert.deepEqual([...prices].sort(), ['price from fresh', 'price from old'])
    })
  }
  test('without the setting the former owner answers', async () => {
    await using router = await serve('override-progressive')
    const { data } = (await router.ask({ query })) as Product
    assert.equal(data?.product.name, 'name from old')
  })
})

test('the command serves a file on a port of its own, with the settings of its surroundings', async () => {
  await using served = await serveSuite(await load('override-progressive'))
  const file = join(folder, 'command.graphql')
  await writeFile(file, served.supergraphSdl)
  const env = { REDIS_URL: '', CURSOR_SECRET: '', OVERRIDE_LABELS: 'new-names', NODE_ENV: 'development', LOG_LEVEL: 'info' }
  using running = await start(['--supergraph', file, '--port', '0'], env)
  const { data } = await ask(running.url, { query: '{ product { name } }' })
  assert.deepEqual(data, { product: { name: 'name from fresh' } })
  running.child.kill('SIGTERM')
  assert.deepEqual(await once(running.child, 'exit'), [0, null])
})

describe('the command line', () => {
  async function end(args: readonly string[]) {
    const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += String(chunk)))
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += String(chunk)))
    const [code] = (await once(child, 'close')) as [number]
    return { code, ...text }
  }
  const written = async (name: string, content: string) => {
    const file = join(folder, name)
    await writeFile(file, content)
    return file
  }

  test('--help tells what there is', async () => {
    const { code, stdout, stderr } = await end(['--help'])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    for (const option of ['--supergraph FILE', '--port N', 'OVERRIDE_LABELS', 'JWKS_URL', 'PERSISTED_DOCUMENTS'])
      assert.ok(stdout.includes(option), option)
  })

  test('what is wrong is said in a line, without a stack', async () => {
    const wrong: [string[], RegExp][] = [
      [['--supergrph', 'x'], /--supergrph[\s\S]*Usage:/],
      [[], /^ {2}REDIS_URL: it is missing\n[\s\S]*^ {2}AUTH_HMAC_KEY: it is missing$/m],
      [['--supergraph', join(folder, 'none.graphql')], /^There is no file .*none\.graphql\.$/m],
    ]
    for (const [args, expected] of wrong) {
      const { code, stderr } = await end(args)
      assert.equal(code, 1, args.join(' '))
      assert.match(stderr, expected)
      assert.doesNotMatch(stderr, /^\s+at /m)
    }
  })

  test('a port is a number that ports have', () => {
    for (const port of ['70000', '-1', '80a', '']) assert.throws(() => readCommandLine([`--port=${port}`]), UsageError, port)
    assert.deepEqual(readCommandLine(['--port', '0']), { supergraph: undefined, port: '0', help: false })
  })

  test('a file that is no supergraph is told from one that cannot be read', async () => {
    const wrong: [string, RegExp][] = [
      [folder, /cannot be read: EISDIR/],
      [await written('text', 'type Query {'), /is not GraphQL: Syntax Error: .* \(line 1, column 13\)/],
      [await written('plain', 'type Query { a: Int }'), /names no subgraphs .* not a supergraph/],
      [await written('nowhere', 'enum join__Graph { A @join__graph(name: "a", url: "") }'), /"a": it is empty/],
      [await written('odd', 'enum join__Graph { A @join__graph(name: "a", url: "localhost") }'), /"a": "localhost"/],
    ]
    for (const [file, message] of wrong) await assert.rejects(readSupergraph(file), { name: 'SupergraphFileError', message })
  })

  test('a manifest that cannot be used is named with the reason', async () => {
    await using served = await serveSuite(await load('introspection'))
    const file = await written('listed.graphql', served.supergraphSdl)
    const wrong: [Record<string, string>, RegExp][] = [
      [{ SAFELIST: 'enforce' }, /^SAFELIST=enforce needs PERSISTED_DOCUMENTS/],
      [{ PERSISTED_DOCUMENTS: join(folder, 'none.json') }, /^PERSISTED_DOCUMENTS: .*none\.json is no manifest .*ENOENT/],
      [{ PERSISTED_DOCUMENTS: await written('text.json', 'query') }, /text\.json is no manifest .*JSON/],
      [{ PERSISTED_DOCUMENTS: await written('list.json', '[1]') }, /list\.json is no manifest .*neither texts by their hash/],
    ]
    for (const [env, message] of wrong)
      await assert.rejects(foreignDeployment(file, readEnv(standaloneEnv, env), silent), { name: 'EnvError', message })
  })

  test('a supergraph that does not hold together is refused with the reason', async () => {
    const file = await written(
      'broken',
      'schema @nope { query: Query } type Query { a: Int } enum join__Graph { A @join__graph(name: "a", url: "http://127.0.0.1:1") }',
    )
    const settings = readEnv(standaloneEnv, { ROUTER_PORT: '0' })
    const deployment = await foreignDeployment(file, settings, silent)
    await assert.rejects(openRouter({ env: settings, logger: silent, ...deployment }), /core schema|nope/i)
  })

  test('a taken port is named, and how to have another, without a stack', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    await using served = await serveSuite(await load('introspection'))
    const file = await written('taken.graphql', served.supergraphSdl)
    const { port } = other.address() as { port: number }
    const { code, stdout } = await end(['--supergraph', file, '--port', String(port)])
    assert.equal(code, 1)
    assert.ok(stdout.includes(`Port ${port} is taken: choose another with --port or ROUTER_PORT.`), stdout)
    assert.ok(!stdout.includes('stack'), stdout)
    other.close()
  })
})
