import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readEnv } from '@vibely/kit/env'
import type { Caller } from '@vibely/kit/viewer'
import { eventually } from '@vibely/testkit/eventually'
import type { ExecutionResult } from 'graphql'
import { foreignDeployment } from '../src/deployment.ts'
import { standaloneEnv } from '../src/env.ts'
import { openRouter } from '../src/router.ts'
import { headerRules } from '../src/sources/header-rules.ts'
import { silent } from './federation/harness.ts'
import { serveSuite } from './federation/serve-suite.ts'
import type { Suite } from './federation/suite.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headers-'))
})
after(() => rm(folder, { recursive: true }))

/** Two subgraphs that answer what they were told; while closed they do not answer. */
function opened() {
  const asked: string[] = []
  let gate = Promise.resolve()
  const told =
    (subgraph: string) =>
    async (_: unknown, _args: object, { headers = {} }: Caller) => {
      const { authorization, cookie, 'user-agent': agent, 'x-tenant': tenant, 'x-organisation': organisation, 'x-secret': secret } = headers
      const text = JSON.stringify({ authorization, cookie, agent, tenant, organisation, secret })
      asked.push(`${subgraph} ${text}`)
      await gate
      return text
    }
  const suite: Suite = {
    what: 'subgraphs that answer what headers they get',
    subgraphs: () => ({
      first: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! first: String }',
        resolvers: { Query: { thing: () => ({ id: '1' }) }, Thing: { first: told('first') } },
      },
      second: {
        sdl: 'type Thing @key(fields: "id") { id: ID! second: String }',
        resolvers: { Thing: { __resolveReference: (one: object) => one, second: told('second') } },
      },
    }),
    examples: [],
  }
  return {
    suite,
    asked,
    close() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
  }
}

async function serve(rules: object | null, env: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack()
  const world = opened()
  const { supergraphSdl } = stack.use(await serveSuite(world.suite))
  const file = join(folder, 'supergraph.graphql')
  const rulesFile = join(folder, 'headers.json')
  await Promise.all([writeFile(file, supergraphSdl), writeFile(rulesFile, JSON.stringify(rules))])
  const settings = readEnv(standaloneEnv, { ROUTER_PORT: '0', ...(rules && { SUBGRAPH_HEADERS: rulesFile }), ...env })
  const { url } = stack.use(await openRouter({ env: settings, logger: silent, ...(await foreignDeployment(file, settings, silent)) }))
  const open = stack.move()
  return {
    ...world,
    async ask(headers: Record<string, string> = {}, query = '{ thing { first second } }') {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'test', ...headers },
        body: JSON.stringify({ query }),
      })
      const { data, errors } = (await answer.json()) as ExecutionResult<{ thing: { first: string; second: string } }>
      const read = (text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as Record<string, string>))
      return { status: answer.status, errors, first: read(data?.thing?.first), second: read(data?.thing?.second) }
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const SENT = { cookie: 'a=b', 'x-tenant': 'acme', 'x-secret': 'mine' }

test('no header of a client goes on unless it is named', async () => {
  await using router = await serve(null)
  const { first, second } = await router.ask(SENT)
  assert.deepEqual([first, second], [{}, {}])
})

test('headers go on by their names or renamed, beside fixed ones, and to each subgraph its own', async () => {
  await using router = await serve({
    all: {
      propagate: ['Authorization', { named: 'x-tenant', rename: 'x-organisation', default: 'nobody' }],
      insert: { 'x-secret': 'shared' },
    },
    subgraphs: { second: { remove: ['authorization'], propagate: ['cookie', 'x-secret'], insert: { 'x-tenant': 'fixed' } } },
  })
  const { first, second } = await router.ask({ ...SENT, authorization: 'Bearer of mine' })
  assert.deepEqual(first, { authorization: 'Bearer of mine', organisation: 'acme', secret: 'shared' })
  assert.deepEqual(second, { cookie: 'a=b', tenant: 'fixed', organisation: 'acme', secret: 'mine' })
  const none = await router.ask()
  assert.deepEqual(none.first, { organisation: 'nobody', secret: 'shared' })
  assert.deepEqual(none.second, { tenant: 'fixed', organisation: 'nobody' })
})

test('a fixed header is not for clients to say, and what they call a matter of their connection ends here', async () => {
  await using router = await serve({ all: { propagate: ['x-secret', 'x-tenant'], insert: { 'x-secret': 'fixed' } } })
  assert.deepEqual((await router.ask(SENT)).first, { tenant: 'acme', secret: 'fixed' })
  // Node's fetch sends no such header: the function is asked itself.
  const { clientHeaders } = await import('../src/identity/client-headers.ts')
  assert.deepEqual(clientHeaders(['x-tenant', 'cookie'])({ 'x-tenant': 'acme', cookie: 'a=b', connection: 'close, X-Tenant' }), {
    cookie: 'a=b',
  })
})

test('callers whose headers differ share no fetch, of operations, fields or entities; those whose headers are the same do', async () => {
  await using router = await serve({ all: { propagate: ['authorization', 'x-tenant'] } })
  const open = router.close()
  const callers = [{ 'x-tenant': 'a' }, { 'x-tenant': 'b' }, { authorization: 'Bearer of mine' }, {}]
  const asked = [...callers, ...callers, ...callers].map((headers) => router.ask(headers))
  await eventually(() => router.asked.length === callers.length)
  open()
  const answers = await Promise.all(asked)
  const expected = [{ tenant: 'a' }, { tenant: 'b' }, { authorization: 'Bearer of mine' }, {}]
  for (const [index, { first, second }] of answers.entries()) assert.deepEqual([first, second], Array(2).fill(expected[index % 4]))
  assert.deepEqual(router.asked.map((line) => line.split(' ')[0]).sort(), [...Array(4).fill('first'), ...Array(4).fill('second')])
})

test('a value that no header can have is refused, and no subgraph is asked', async () => {
  await using router = await serve({ all: { propagate: ['x-tenant'] } })
  const { status, errors } = await router.ask({ 'x-tenant': 'caf\u00e9' })
  assert.equal(status, 400)
  assert.equal(errors?.[0]?.extensions?.code, 'BAD_REQUEST')
  assert.deepEqual(router.asked, [])
})

test('a credential is for the subgraphs to look at only where they get it', async () => {
  await using router = await serve({ all: { propagate: ['x-tenant'] } })
  const { status } = await router.ask({ authorization: 'Bearer of mine' })
  assert.equal(status, 401)
})

describe('rules are refused', () => {
  const wrong: [object, RegExp][] = [
    [{ all: { propagate: ['transfer-encoding'] } }, /all\.propagate\.0.*(belongs|Invalid)/],
    [{ all: { insert: { 'content-length': '1' } } }, /all\.insert/],
    [{ all: { propagate: [{ named: 'a', rename: 'host' }] } }, /all\.propagate\.0/],
    [{ all: { insert: { 'x-a': 'two\r\nlines' } } }, /all\.insert\.x-a: characters of ASCII/],
    [{ all: { propagate: ['no name'] } }, /all\.propagate\.0/],
    [{ every: {} }, /every/],
    [{ subgraphs: { third: {} } }, /subgraphs\.third: the supergraph has no such subgraph/],
  ]
  for (const [rules, message] of wrong)
    test(JSON.stringify(rules), () => assert.throws(() => headerRules(JSON.stringify(rules), ['first', 'second']), { message }))
  test('a file that is not there', async () => {
    const file = join(folder, 'supergraph.graphql')
    await using _ = await serve(null)
    const settings = readEnv(standaloneEnv, { SUBGRAPH_HEADERS: join(folder, 'none.json') })
    await assert.rejects(foreignDeployment(file, settings, silent), { name: 'EnvError', message: /SUBGRAPH_HEADERS: .*none\.json.*ENOENT/ })
  })
})
