import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, describe, test } from 'node:test'
import { readEnv } from '@vibely/kit/env'
import type { ExecutionResult } from 'graphql'
import { foreignDeployment } from '../../src/deployment.ts'
import { standaloneEnv } from '../../src/env.ts'
import { openRouter } from '../../src/router.ts'
import { silent } from './harness.ts'
import { randomInput } from './random-input.ts'
import { serveSuite } from './serve-suite.ts'
import type { Suite } from './suite.ts'

/** Requests for each planner; many more with INPUT_REQUESTS, from another seed with INPUT_SEED. */
const COUNT = Number(process.env.INPUT_REQUESTS ?? 400)
const SEED = Number(process.env.INPUT_SEED ?? 1)

const TYPES = `
  scalar JSON
  scalar Big
  enum Way { UP DOWN }
  input Range { from: Int = 1 to: Int tags: [String!] inner: Range }
  input Strict { must: Int! other: Int! = 3 deep: Strict way: Way! = UP }`
const ARGUMENTS = `(
  n: Int = 7, must: Int! = 3, other: [Int!]! = [1], float: Float, s: String, id: ID, flag: Boolean! = true, list: [Int!], lists: [[Int!]!],
  way: Way! = UP, ways: [Way!], range: Range, ranges: [Range!], strict: Strict, json: JSON, big: Big
)`
const echo = (_: unknown, args: object) => JSON.stringify(args)
const users = [{ id: 'u1' }, { id: 'u2' }]
const suite: Suite = {
  what: 'arguments of all kinds, over two subgraphs',
  subgraphs: () => ({
    a: {
      sdl: `${TYPES} type Query { users(first: Int! = 2): [User!]! echo${ARGUMENTS}: String raw: JSON id(id: ID!): ID } type User @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { users: () => users, echo, raw: () => 1, id: (_: unknown, { id }: { id: string }) => id } },
    },
    b: {
      sdl: `${TYPES} type User @key(fields: "id") { id: ID! said${ARGUMENTS}: String json: JSON }`,
      resolvers: { User: { __resolveReference: (one: object) => one, said: echo, json: () => [1] } },
    },
  }),
  examples: [],
}

for (const planner of ['apollo', 'hive'])
  describe(`what a client sends is answered or refused, never a fault of ours, planned by ${planner}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'input-'))
    const served = await serveSuite(suite)
    const file = join(folder, 'supergraph.graphql')
    await writeFile(file, served.supergraphSdl)
    const budget = { COST_ANONYMOUS_BUDGET: '100000000', COST_ANONYMOUS_OPERATION: '100000000' }
    const env = readEnv(standaloneEnv, { ROUTER_PORT: '0', QUERY_PLANNER: planner, ...budget })
    const router = await openRouter({ env, logger: silent, ...(await foreignDeployment(file, env, silent)) })
    after(async () => {
      await router[Symbol.asyncDispose]()
      await served[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    async function ask(body: string) {
      const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' }
      const answer = await fetch(`${router.url}/graphql`, { method: 'POST', headers, body })
      const { data, errors = [] } = (await answer.json()) as ExecutionResult
      return { status: answer.status, data, errors, codes: errors.map(({ extensions }) => extensions?.code) }
    }

    const refusals: [query: string, variables: object, code: string][] = [
      ['query($a: Boolean = true) { echo raw @include(if: $a) }', { a: null }, 'BAD_USER_INPUT'],
      ['query($a: Boolean = true) { echo ...F } fragment F on Query { raw @skip(if: $a) }', { a: null }, 'BAD_USER_INPUT'],
      ['query($a: Boolean = true) { echo ... @defer(if: $a) { raw } }', { a: null }, 'BAD_USER_INPUT'],
      ['query($a: Int = 1) { echo(must: $a) }', { a: null }, 'BAD_USER_INPUT'],
      ['query($a: Int) { users { said(must: $a) } }', { a: null }, 'BAD_USER_INPUT'],
      ['query($a: Int = 1) { echo(other: [1, $a]) }', { a: null }, 'BAD_USER_INPUT'],
      ['query($a: Int = 1) { echo(strict: { must: $a }) }', { a: null }, 'BAD_USER_INPUT'],
      ['query($s: Strict) { echo(strict: $s) }', { s: { must: 1, other: null } }, 'BAD_USER_INPUT'],
      ['{ echo(json: 1e999) }', {}, 'BAD_REQUEST'],
      ['{ echo(float: -1e400) }', {}, 'BAD_REQUEST'],
      [`query($j: JSON = [${'9'.repeat(400)}]) { echo(json: $j) }`, {}, 'BAD_REQUEST'],
      ['query($__proto__: Int) { echo(n: $__proto__) }', {}, 'BAD_REQUEST'],
    ]
    for (const [query, variables, code] of refusals)
      test(`refused ahead of any fetch: ${query.slice(0, 90)}`, async () => {
        const { data, codes } = await ask(JSON.stringify({ query, variables }))
        assert.deepEqual([data, codes], [undefined, [code]])
      })

    const given = (more: object) => JSON.stringify({ n: 7, must: 3, other: [1], flag: true, way: 'UP', ...more })
    const answers: [query: string, variables: object, data: string][] = [
      ['query($a: Boolean = true) { raw @include(if: $a) }', {}, '{"raw":1}'],
      ['query($a: Int) { echo(must: $a, n: $a) }', {}, JSON.stringify({ echo: given({}) })],
      ['query($a: Int) { echo(n: $a) }', { a: null }, JSON.stringify({ echo: given({ n: null }) })],
      ['{ __proto__: raw constructor: id(id: 7) }', {}, '{"__proto__":1,"constructor":"7"}'],
      [
        'query($constructor: ID, $toString: String) { echo(id: $constructor, s: $toString) }',
        { constructor: 7 },
        JSON.stringify({ echo: JSON.stringify({ n: 7, must: 3, other: [1], id: '7', flag: true, way: 'UP' }) }),
      ],
    ]
    for (const [query, variables, data] of answers)
      test(`answered: ${query} ${JSON.stringify(variables)}`, async () => {
        const answer = await ask(JSON.stringify({ query, variables }))
        assert.deepEqual([JSON.stringify(answer.data), answer.errors], [data, []])
      })

    test('documents as deep as their tokens allow', async () => {
      const deep = (open: string, inner: string, close: string, count: number) => open.repeat(count) + inner + close.repeat(count)
      const queries = [
        `{ echo(json: ${deep('[', '1', ']', 980)}) }`,
        `{ echo(json: ${deep('{a:', '1', '}', 480)}) }`,
        `{ users { said(range: ${deep('{inner:', '{to:1}', '}', 480)}) } }`,
        `query($a: ${deep('[', 'Int', ']', 980)}) { echo(json: $a) }`,
        `query($a: JSON = ${deep('[', '1', ']', 980)}) { users { said(json: $a) } }`,
        deep('{ ... on Query ', '{ raw }', '}', 480),
      ]
      for (const query of queries) {
        const { codes, status, errors } = await ask(JSON.stringify({ query }))
        assert.ok(
          codes.every((code) => code === 'BAD_REQUEST' || code === 'BAD_USER_INPUT'),
          `${query.slice(0, 50)} ${JSON.stringify(errors)}`,
        )
        assert.ok(status === 200 || status === 400)
      }
    })

    test('requests at random', async () => {
      let answered = 0
      for (let seed = SEED; seed < SEED + COUNT; seed += 1) {
        const { body } = randomInput(seed)
        const { status, data, errors, codes } = await ask(body)
        const what = `seed ${seed}\n${body.slice(0, 2_000)}\n${JSON.stringify(errors)}`
        assert.ok(status === 200 || status === 400, what)
        for (const code of codes) assert.ok(code === 'BAD_REQUEST' || code === 'BAD_USER_INPUT', what)
        if (data) answered += 1
      }
      assert.ok(answered > COUNT / 100, `only ${answered} were answered`)
    })
  })
