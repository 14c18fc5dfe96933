import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { callerOf, gatedSource } from '../../tests/gated-source.ts'
import { entityBatch } from './entity-batch.ts'
import { CallerLeft, type Source, SourceFailure, type SubgraphRequest } from './source.ts'

const QUERY = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { name } } }'
const users = (...ids: readonly string[]): SubgraphRequest => ({
  query: QUERY,
  variables: {},
  representations: ids.map((id) => JSON.stringify({ __typename: 'User', id })),
})
const stays = () => new AbortController().signal

/** A subgraph of users, that notes what it was asked. Who is called `bad…` is an error, `refused` refuses the whole request. */
function userSource() {
  const asked: { readonly ids: readonly string[]; readonly caller: Caller; readonly variables: object }[] = []
  const source: Source = {
    name: 'users',
    async fetch({ representations = [], variables }, caller) {
      const ids = representations.map((text) => (JSON.parse(text) as { id: string }).id)
      asked.push({ ids, caller, variables })
      if (ids.includes('refused')) return { data: null, errors: [{ message: 'refused' }] }
      const errors = ids.flatMap((id, index) => (id.startsWith('bad') ? [{ message: id, path: ['_entities', index, 'name'] }] : []))
      const entities = ids.map((id) => ({ name: id.startsWith('bad') ? null : `${id} for ${caller.viewer?.id ?? 'all'}` }))
      return { data: { _entities: entities }, ...(errors.length > 0 && { errors }) }
    },
    [Symbol.asyncDispose]: async () => {},
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
  assert.deepEqual(bad, { data: null, errors: [{ message: 'refused' }] })
  assert.equal(asked.length, 3)
})

test('an answer that does not hold every entity is not split', async () => {
  const gated = gatedSource()
  const batch = entityBatch(gated)
  const answers = [batch.fetch(users('a'), ANONYMOUS, stays()), batch.fetch(users('b'), ANONYMOUS, stays())]
  await new Promise(setImmediate)
  gated.asked[0]?.answer({ data: { _entities: [{ name: 'b' }] } })
  await new Promise(setImmediate)
  for (const one of gated.asked.slice(1))
    one.answer({ data: { _entities: one.request.representations?.map((text) => JSON.parse(text)) ?? [] } })
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
  for (const answer of answers) await assert.rejects(answer, { code: 'DEADLINE_EXCEEDED' })
  assert.equal(gated.asked.length, 1)
})

test('who leaves does not disturb the others, and a batch that all have left is not sent', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const [first, second] = [new AbortController(), new AbortController()]
  const left = batch.fetch(users('a'), ANONYMOUS, first.signal)
  const stayed = batch.fetch(users('b'), ANONYMOUS, stays())
  first.abort()
  await assert.rejects(left, CallerLeft)
  assert.deepEqual((await stayed).data, { _entities: [{ name: 'b for all' }] })

  const alone = batch.fetch(users('c'), ANONYMOUS, second.signal)
  second.abort()
  await assert.rejects(alone, CallerLeft)
  assert.deepEqual((await batch.fetch(users('d'), ANONYMOUS, stays())).data, { _entities: [{ name: 'd for all' }] })
  assert.deepEqual(
    asked.slice(1).map(({ ids }) => ids),
    [['d']],
  )
})

test('other texts and variables travel alone, and so does what asks for more than entities', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const requests: SubgraphRequest[] = [
    users('a'),
    { ...users('b'), variables: { first: 1 } },
    { ...users('c'), variables: { first: 2 } },
    { ...users('d'), query: QUERY.replace('name', 'email') },
    { ...users('e'), query: QUERY.replace('{ _entities', '{ __typename _entities') },
    { ...users('f'), query: QUERY.replace('{ _entities', '{ __typename _entities') },
  ]
  await Promise.all(requests.map((request) => batch.fetch(request, ANONYMOUS, stays())))
  assert.deepEqual(asked.map(({ ids }) => ids.join()).sort(), ['a', 'b', 'c', 'd', 'e', 'f'])
})

test('a batch is sent when it is full', async () => {
  const { asked, source } = userSource()
  const batch = entityBatch(source)
  const pages = Array.from({ length: 6 }, (_, page) => users(...Array.from({ length: 200 }, (_, index) => `u${page}-${index}`)))
  const answers = await Promise.all(pages.map((page) => batch.fetch(page, ANONYMOUS, stays())))
  assert.deepEqual(
    asked.map(({ ids }) => ids.length),
    [400, 400, 400],
  )
  for (const [page, { data }] of answers.entries())
    assert.deepEqual((data as { _entities: readonly unknown[] })._entities[199], { name: `u${page}-199 for all` })
})
