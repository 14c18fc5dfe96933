import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '@vibely/kit/logger'
import { buildSchema } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { parse } from 'graphql'
import { composeSource } from './compose-sources.ts'
import { localSource } from './local-source.ts'
import { type Source, SourceFailure } from './source.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
const SDL = parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  type Query { ok: Boolean }
  type User @key(fields: "id") { id: ID! name: String }`)

/** Users in this process. @param find how a user is found: at once, or later */
function users(find: (id: string) => unknown): Source {
  const resolvers = { User: { __resolveReference: ({ id }: { id: string }) => find(id) } }
  const subgraph = { name: 'users', schema: buildSchema(SDL, resolvers), logger, contextFor: () => ({}), ready: async () => {} }
  const source = localSource({ ...subgraph, [Symbol.asyncDispose]: async () => {} }, logger)
  return composeSource(source, { inFlight: true, batch: true })
}

const stays = () => new AbortController().signal
const asking = (...ids: readonly string[]) => ({
  query: 'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { name } } }',
  variables: {},
  representations: ids.map((id) => JSON.stringify({ __typename: 'User', id })),
})

test('in this process what waits for nothing is answered at once', () => {
  const source = users((id) => ({ id, name: `the ${id}` }))
  assert.deepEqual(JSON.parse(JSON.stringify(source.fetch(asking('a', 'b'), ANONYMOUS, stays()))), {
    data: { _entities: [{ name: 'the a' }, { name: 'the b' }] },
  })
})

test('in this process reads that wait and are the same are one', async () => {
  const found: string[] = []
  const source = users(async (id) => {
    found.push(id)
    return { id, name: `the ${id}` }
  })
  const answers = await Promise.all([asking('a'), asking('a'), asking('b')].map((request) => source.fetch(request, ANONYMOUS, stays())))
  assert.deepEqual(found, ['a', 'b'])
  assert.deepEqual(
    answers.map(({ data, shared }) => [data?._entities, shared]),
    [
      [[{ name: 'the a' }], true],
      [[{ name: 'the a' }], true],
      [[{ name: 'the b' }], undefined],
    ],
  )
})

test('in this process who has left before is not answered, and nothing is thrown at once', async () => {
  const source = users((id) => ({ id, name: id }))
  await assert.rejects(async () => source.fetch(asking('a'), ANONYMOUS, AbortSignal.abort()), { name: 'CallerLeft' })
  const broken = composeSource(
    { ...source, isLocal: true, fetch: () => Promise.reject(new SourceFailure('SUBGRAPH_UNAVAILABLE')) },
    { inFlight: true, batch: true },
  )
  const answer = broken.fetch(asking('a'), ANONYMOUS, stays())
  await assert.rejects(async () => answer, { code: 'SUBGRAPH_UNAVAILABLE' })
})
