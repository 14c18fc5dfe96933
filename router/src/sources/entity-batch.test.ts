import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fault } from '@vibely/kit/errors'
import { createLogger } from '@vibely/kit/logger'
import { buildSchema, type Subgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { parse } from 'graphql'
import { callerOf, gatedSource } from '../../tests/gated-source.ts'
import { entityBatch } from './entity-batch.ts'
import { localSource } from './local-source.ts'
import {
  CallerLeft,
  representationObject,
  representationText,
  type Source,
  SourceFailure,
  type SubgraphAnswer,
  type SubgraphRequest,
} from './source.ts'

const QUERY = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { name } } }'
const users = (...ids: readonly string[]): SubgraphRequest => ({
  query: QUERY,
  variables: {},
  representations: ids.map((id) => JSON.stringify(id === 'refused' ? null : { __typename: 'User', id })),
})
const stays = () => new AbortController().signal

const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  type Query { ok: Boolean }
  type User @key(fields: "id") { id: ID! name: String nick(length: Int, upper: Boolean): String }`

/** A real subgraph of users, and what it was asked. Names that begin with `bad` fail; the representation of `refused` fails the request. */
function userSource() {
  const asked: { readonly ids: readonly string[]; readonly caller: Caller; readonly request: SubgraphRequest }[] = []
  const logger = createLogger({ service: 'test', level: 'silent' })
  const resolvers = {
    User: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      name({ id }: { id: string }, _: unknown, { caller }: { caller: Caller }) {
        if (id.startsWith('bad')) throw fault('FORBIDDEN', id)
        return `${id} for ${caller.viewer?.id ?? 'all'}`
      },
      nick: ({ id }: { id: string }, { length, upper }: { length?: number; upper?: boolean }) =>
        (upper ? id.toUpperCase() : id).slice(0, length ?? 99),
    },
  }
  const subgraph: Subgraph = {
    name: 'users',
    schema: buildSchema(parse(SDL), resolvers),
    logger,
    contextFor: (caller) => ({ caller }),
    ready: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  const local = localSource(subgraph, logger)
  const source: Source = {
    ...local,
    isLocal: false,
    async fetch(request, caller, signal) {
      const texts = [request.representations ?? [], ...Object.values(request.representationLists ?? {})].flat()
      asked.push({
        ids: texts.map((text) => (JSON.parse(representationText(text)) as { id: string } | null)?.id ?? 'refused'),
        caller,
        request,
      })
      // As it comes over HTTP.
      return JSON.parse(JSON.stringify(await local.fetch(request, caller, signal))) as SubgraphAnswer
    },
  }
  return { asked, source }
}

test('entity fetches of one turn go out as one, and each gets its own entities', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const answers = await Promise.all(
    [users('a', 'b'), users('c'), users('b', 'd')].map((request) => batch.fetch(request, ANONYMOUS, stays())),
  )
  assert.deepEqual(
    asked.map(({ ids }) => ids),
    [['a', 'b', 'c', 'd']],
  )
  assert.deepEqual(
    answers.map(({ data }) => data),
    [
      { _entities: [{ name: 'a for all' }, { name: 'b for all' }] },
      { _entities: [{ name: 'c for all' }] },
      { _entities: [{ name: 'b for all' }, { name: 'd for all' }] },
    ],
  )
  assert.ok(
    answers.every(({ shared }) => shared),
    'b is held twice',
  )
  assert.deepEqual(await batch.fetch(users('e'), ANONYMOUS, stays()), { data: { _entities: [{ name: 'e for all' }] } })
  assert.equal(asked.length, 2)
})

test('two viewers never share a request, whatever else is equal', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const callers = [ANONYMOUS, callerOf('ada'), callerOf('bob'), callerOf('ada', { scopes: [] }), callerOf('ada', { sessionId: null })]
  const names = await Promise.all(
    [...callers, ...callers].map(async (caller, index) => {
      const { data } = await batch.fetch(users(`u${index}`), caller, stays())
      return data
    }),
  )
  assert.deepEqual(
    names,
    [...callers, ...callers].map(({ viewer }, index) => ({ _entities: [{ name: `u${index} for ${viewer?.id ?? 'all'}` }] })),
  )
  assert.deepEqual(
    asked.map(({ caller, ids }) => [caller, ids]),
    callers.map((caller, index) => [caller, [`u${index}`, `u${index + callers.length}`]]),
  )
})

test('an error goes to those who asked for its entity, under their own number', async () => {
  const { source } = userSource()
  const batch = entityBatch(source)
  const answers = await Promise.all(
    [users('a', 'bad 1'), users('b'), users('bad 2', 'c', 'bad 1')].map((request) => batch.fetch(request, ANONYMOUS, stays())),
  )
  assert.deepEqual(
    answers.map(({ errors }) => errors?.map(({ message, path }) => [message, path?.join('.')])),
    [
      [['bad 1', '_entities.1.name']],
      undefined,
      [
        ['bad 1', '_entities.2.name'],
        ['bad 2', '_entities.0.name'],
      ],
    ],
  )
})

test('an error at no entity goes to all', async () => {
  const gated = gatedSource()
  const batch = entityBatch(gated)
  const answers = [batch.fetch(users('a'), ANONYMOUS, stays()), batch.fetch(users('b'), ANONYMOUS, stays())]
  await new Promise(setImmediate)
  gated.asked[0]?.answer({ data: { _entities: [{ name: 'a' }, null] }, errors: [{ message: 'half of it', path: ['_entities'] }] })
  assert.deepEqual(
    (await Promise.all(answers)).map(({ errors }) => errors?.map(({ message }) => message)),
    [['half of it'], ['half of it']],
  )
})

test('one bad request does not harm those that travelled with it', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const [good, bad] = await Promise.all([users('a'), users('refused')].map((request) => batch.fetch(request, ANONYMOUS, stays())))
  assert.deepEqual(good, { data: { _entities: [{ name: 'a for all' }] } })
  assert.equal(bad?.data ?? null, null)
  assert.equal(bad?.errors?.length, 1)
  assert.equal(asked.length, 3)
})

test('an answer that does not hold every entity is not split', async () => {
  const gated = gatedSource()
  const batch = entityBatch(gated)
  const answers = [batch.fetch(users('a'), ANONYMOUS, stays()), batch.fetch(users('b'), ANONYMOUS, stays())]
  await new Promise(setImmediate)
  gated.asked[0]?.answer({ data: { _entities: [{ name: 'b' }] } })
  await new Promise(setImmediate)
  for (const one of gated.asked.slice(1)) one.answer({ data: { _entities: one.request.representations?.map(representationObject) ?? [] } })
  assert.deepEqual(
    (await Promise.all(answers)).map(({ data }) => data),
    ['a', 'b'].map((id) => ({ _entities: [{ __typename: 'User', id }] })),
  )
})

test('a failure reaches all, and is not tried again', async () => {
  const gated = gatedSource()
  const batch = entityBatch(gated)
  const answers = [batch.fetch(users('a'), ANONYMOUS, stays()), batch.fetch(users('b'), ANONYMOUS, stays())]
  await new Promise(setImmediate)
  gated.asked[0]?.fail(new SourceFailure('DEADLINE_EXCEEDED'))
  for (const answer of answers) await assert.rejects(async () => answer, { code: 'DEADLINE_EXCEEDED' })
  assert.equal(gated.asked.length, 1)
})

test('who leaves does not disturb the others, and a batch that all have left is not sent', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const [first, second] = [new AbortController(), new AbortController()]
  const left = batch.fetch(users('a'), ANONYMOUS, first.signal)
  const stayed = batch.fetch(users('b'), ANONYMOUS, stays())
  first.abort()
  await assert.rejects(async () => left, CallerLeft)
  assert.deepEqual((await stayed).data, { _entities: [{ name: 'b for all' }] })

  const alone = batch.fetch(users('c'), ANONYMOUS, second.signal)
  second.abort()
  await assert.rejects(async () => alone, CallerLeft)
  assert.deepEqual((await batch.fetch(users('d'), ANONYMOUS, stays())).data, { _entities: [{ name: 'd for all' }] })
  assert.deepEqual(
    asked.slice(1).map(({ ids }) => ids),
    [['d']],
  )
})

test('lists that are side by side again and again become one document, with variables, fragments and errors of their own', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const nick = `query Nick($representations: [_Any!]!, $length: Int) { list: _entities(representations: $representations) { ...N } }
    fragment N on User { __typename nick(length: $length) }`
  const shout = `query ($representations: [_Any!]!, $length: Boolean) { _entities(representations: $representations) { ...N } }
    fragment N on User { nick(upper: $length) }`
  const caller = callerOf('ada')
  const ask = (request: SubgraphRequest, who = caller) => batch.fetch(request, who, stays())
  const requests = [
    users('a', 'bad 1'),
    { ...users('anna', 'b'), query: nick, variables: { length: 2 } },
    { ...users('anna'), query: nick, variables: { length: 3 } },
    { ...users('c'), query: shout, variables: { length: true } },
  ]
  // The same person from another tab: his list joins, so it is one request still.
  const askAll = () => Promise.all([...requests.map((request) => ask(request)), ask(users('bad 1'), { ...caller, userAgent: 'tab' })])
  const rounds = [await askAll(), await askAll(), await askAll()]
  assert.deepEqual(
    asked.map(({ ids }) => ids.length),
    [2, 2, 1, 1, 2, 2, 1, 1, 6],
  )
  const [answers = [], ...others] = rounds
  // Only the place of an error in the document is another.
  const withoutLocations = (text: string) => text.replace(/"locations":\[[^\]]*\],?/g, '')
  for (const other of others) assert.equal(withoutLocations(JSON.stringify(other)), withoutLocations(JSON.stringify(answers)))
  // In another order it is the same set.
  await Promise.all(requests.toReversed().map((request) => ask(request)))
  assert.equal(asked.length, 10)
  assert.deepEqual(
    answers.map(({ data }) => data),
    [
      { _entities: [{ name: 'a for ada' }, { name: null }] },
      {
        list: [
          { __typename: 'User', nick: 'an' },
          { __typename: 'User', nick: 'b' },
        ],
      },
      { list: [{ __typename: 'User', nick: 'ann' }] },
      { _entities: [{ nick: 'C' }] },
      { _entities: [{ name: null }] },
    ],
  )
  assert.deepEqual(
    answers.map(({ errors }) => errors?.map(({ path }) => path?.join('.'))),
    [['_entities.1.name'], undefined, undefined, undefined, ['_entities.0.name']],
  )
})

test('lists of different callers make no common document, though they are the same person', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const other = { ...users('b'), query: QUERY.replace('name', 'nick length: nick') }
  for (let round = 0; round < 5; round += 1)
    await Promise.all([batch.fetch(users('a'), callerOf('ada'), stays()), batch.fetch(other, callerOf('ada'), stays())])
  assert.deepEqual(
    asked.map(({ request }) => request.query),
    Array.from({ length: 5 }, () => [QUERY, other.query]).flat(),
  )
})

test('what asks for more than a list of entities travels alone', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const queries = [
    QUERY.replace('{ _entities', '{ __typename _entities'),
    QUERY.replace('{ _entities', '{ more: _entities(representations: $representations) { __typename } _entities'),
    QUERY.replace('$representations) {', '$representations) @skip(if: false) {'),
  ]
  for (const query of queries) await Promise.all(['a', 'b'].map((id) => batch.fetch({ ...users(id), query }, ANONYMOUS, stays())))
  await Promise.all([1, 2].map(() => batch.fetch({ query: '{ ok }', variables: {} }, ANONYMOUS, stays())))
  assert.equal(asked.length, 8)
})

test('a batch is sent when it is full', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const pages = Array.from({ length: 6 }, (_, page) => users(...Array.from({ length: 12 }, (_, index) => `u${page}-${index}`)))
  const answers = await Promise.all(pages.map((page) => batch.fetch(page, ANONYMOUS, stays())))
  assert.deepEqual(
    asked.map(({ ids }) => ids.length),
    [24, 24, 24],
  )
  for (const [page, { data }] of answers.entries())
    assert.deepEqual((data as { _entities: readonly unknown[] })._entities[11], { name: `u${page}-11 for all` })
})
