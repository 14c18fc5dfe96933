import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { readEnv } from '@vibely/kit/env'
import type { ExecutionResult } from 'graphql'
import { foreignDeployment } from '../src/deployment.ts'
import { standaloneEnv } from '../src/env.ts'
import { openRouter } from '../src/router.ts'
import { composeSupergraph } from '../src/supergraph/compose.ts'
import { silent } from './federation/harness.ts'

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  type Query { a: Int thing: Thing }
  type Thing @key(fields: "id") { id: ID! }`
const OTHER = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  type Query { b: Int }
  type Thing @key(fields: "id") { id: ID! size: Int }`

describe('what a subgraph that is not ours says of its faults, in production', async () => {
  let status = 200
  let body: string | null = null
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = String(Buffer.concat(chunks))
    const good = text.includes('_entities')
      ? { _entities: [{ size: 1 }] }
      : text.includes('thing')
        ? { thing: { __typename: 'Thing', id: '1' } }
        : { a: 1, b: 1 }
    const isSound = body === null || (request.url === '/first' && text.includes('thing'))
    response.statusCode = isSound ? 200 : status
    response.end(isSound ? JSON.stringify({ data: good }) : body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = await mkdtemp(join(tmpdir(), 'faults-'))
  const file = join(folder, 'supergraph.graphql')
  const subgraphs = [
    { name: 'first', url: `${origin}/first`, sdl: SDL },
    { name: 'second', url: `${origin}/second`, sdl: OTHER },
  ]
  await writeFile(file, composeSupergraph(subgraphs).supergraphSdl)
  const env = readEnv(standaloneEnv, { ROUTER_PORT: '0', NODE_ENV: 'production', COST_ANONYMOUS_BUDGET: '1000000' })
  const router = await openRouter({ env, logger: silent, ...(await foreignDeployment(file, env, silent)) })
  after(async () => {
    await router[Symbol.asyncDispose]()
    server.close().closeAllConnections()
    await rm(folder, { recursive: true })
  })

  async function ask(query: string, answer: string | object | null, code = 200) {
    status = code
    body = typeof answer === 'string' || answer === null ? answer : JSON.stringify(answer)
    const reply = await fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data, errors = [] } = (await reply.json()) as ExecutionResult
    const told = errors.map(({ message, path, extensions = {} }) => ({ message, path, extensions }))
    return { status: reply.status, data, errors: told }
  }
  const failing = (error: object) => ({ data: { a: null }, errors: [{ path: ['a'], ...error }] })
  const INTERNAL = { message: 'Internal error.', path: ['a'], extensions: { code: 'INTERNAL' } }

  test('neither stack nor host nor any extension of its own leaves', async () => {
    const secrets = { exception: { stacktrace: ['at 10.0.0.1'] }, stacktrace: ['at x'], serviceName: 'first', service: 'other', debug: 1 }
    const forbidden = await ask('{ a }', failing({ message: 'Not yours.', extensions: { ...secrets, code: 'FORBIDDEN' } }))
    assert.deepEqual(forbidden.data, { a: null })
    assert.deepEqual(forbidden.errors, [{ message: 'Not yours.', path: ['a'], extensions: { code: 'FORBIDDEN', service: 'first' } }])
    for (const extensions of [{ ...secrets, code: 'INTERNAL_SERVER_ERROR' }, { ...secrets, code: 'MINE' }, secrets, undefined])
      assert.deepEqual((await ask('{ a }', failing({ message: 'connect ECONNREFUSED 10.0.0.1', extensions }))).errors, [INTERNAL])
  })

  test('what it refuses of the document that the router wrote is the fault of no client', async () => {
    for (const code of ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'PERSISTED_QUERY_NOT_FOUND', 'OPERATION_RESOLUTION_FAILURE']) {
      const message = 'Cannot query field "pay" on type "Query". Did you mean "salary"?'
      const { errors } = await ask('{ a }', { errors: [{ message, extensions: { code } }] }, 400)
      assert.deepEqual(errors, [{ ...INTERNAL, path: undefined }], code)
    }
  })

  test('its suggestions of names are left out, and what its authors say is not', async () => {
    const say = async (message: string) =>
      (await ask('{ a }', failing({ message, extensions: { code: 'BAD_USER_INPUT' } }))).errors.map((error) => error.message)
    const coerced = 'Variable "$o" got invalid value "X"; Value "X" does not exist in "Order" enum.'
    assert.deepEqual(await say(`${coerced} Did you mean the enum value "SECRET"?`), [coerced])
    assert.deepEqual(await say('There is no such town. Did you mean "Paris"?'), ['There is no such town. Did you mean "Paris"?'])
  })

  const MALFORMED = [
    '{"data":{"a":1},"errors":"none"}',
    '{"data":null,"errors":{}}',
    '{"data":null,"errors":[null]}',
    '{"data":null,"errors":[5,"text"]}',
    '{"errors":[{}]}',
    '{"errors":[{"message":5,"path":"a","locations":7,"extensions":"x"}]}',
    '{"errors":[{"message":"x","path":[{"a":1},null],"extensions":null}]}',
    '{"errors":[{"message":"x","path":["a"],"extensions":{"code":{"a":1}}}]}',
    '{"errors":[]}',
    '{"data":[]}',
    '{"data":5}',
    '{"data":{}}',
    '{"data":{"a":{"b":1}}}',
    '{"data":{"_entities":{}}}',
    '{"data":{"_entities":[5]}}',
    '{"data":{"_entities":[[{"size":1}]]}}',
    '{"data":{"_entities":[{"__typename":7,"size":{"a":1}}]}}',
    '[]',
    'null',
    '<html>',
    '',
  ]
  for (const text of MALFORMED)
    test(`an answer that is none costs its own fields alone: ${text}`, async () => {
      for (const query of ['{ a }', '{ thing { id size } }']) {
        const { status: code, data, errors } = await ask(query, text)
        assert.equal(code, 200)
        if (query !== '{ a }') assert.deepEqual(data, { thing: { id: '1', size: null } })
        else assert.ok(data && 'a' in data, JSON.stringify(errors))
        assert.ok(
          errors.every(({ extensions: { code } }) => code === 'INTERNAL' || code === 'SUBGRAPH_UNAVAILABLE'),
          JSON.stringify(errors),
        )
      }
    })

  test('a status that says that the client is at fault is told, and is no reason to ask the subgraph nothing more', async () => {
    for (const [code, expected] of [
      [401, 'UNAUTHENTICATED'],
      [403, 'FORBIDDEN'],
      [429, 'RATE_LIMITED'],
      [431, 'SUBGRAPH_UNAVAILABLE'],
    ] as const) {
      for (let count = 0; count < 30; count += 1) {
        const { errors } = await ask('{ b }', '<h1>no</h1>', code)
        assert.deepEqual(
          errors.map(({ path, extensions }) => [path, extensions]),
          [[['b'], { code: expected, service: 'second' }]],
        )
      }
    }
    assert.deepEqual(await ask('{ b }', null), { status: 200, data: { b: 1 }, errors: [] })
  })
})
