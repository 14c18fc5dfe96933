import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { Caller } from '@vibely/kit/viewer'
import { eventually } from '@vibely/testkit/eventually'
import { servers } from '@vibely/testkit/servers'
import { openTcpProxy } from '@vibely/testkit/tcp-proxy'
import { type Library, openLibrary, type Router } from './library.ts'

const TITLE = '... on Book { id title }'

let library: Library
let router: Router
beforeEach(async () => {
  await library?.[Symbol.asyncDispose]()
  library = await openLibrary()
  router = library.router()
})
after(() => library?.[Symbol.asyncDispose]())

const as = (id: string): Caller => ({
  viewer: { id, sessionId: null, roles: [], scopes: [], facts: [] },
  ip: null,
  userAgent: null,
})
const titles = async (from: Router, ...ids: string[]) => {
  const { data } = (await from.fetch(TITLE, ids)) as { data: { _entities: ({ title: string } | null)[] } }
  return data._entities.map((book) => book?.title)
}
const keptKeys = () => library.redis.keys(`${library.namespace}ent:*`)
/** Fetches until the answer comes without the subgraph: what was fetched is kept a moment after it is answered. */
const keep = (selection: string, ids: readonly string[], from = router) =>
  eventually(async () => {
    const before = library.asked.length
    await from.fetch(selection, ids)
    return library.asked.length === before
  })

test('what one router fetched, all routers know', async () => {
  await keep(TITLE, ['b1', 'b2'])
  // A change that nobody announced shows who is asked.
  library.titles.set('b1', 'Unannounced')
  const other = library.router()
  await eventually(async () => (await titles(other, 'b1'))[0] === 'Title 1')
  assert.deepEqual(await titles(other, 'b2', 'b1'), ['Title 2', 'Title 1'])
})

test('only what is missing is asked for, and comes in its place', async () => {
  await keep(TITLE, ['b2'])
  assert.deepEqual(await titles(router, 'b1', 'b2', 'gone', 'b3'), ['Title 1', 'Title 2', undefined, 'Title 3'])
  assert.deepEqual(library.asked.at(-1), ['b1', 'gone', 'b3'])
})

test('the same selection of another operation is known, another argument is not', async () => {
  await keep(TITLE, ['b1'])
  const before = library.asked.length
  await router.fetch(TITLE, ['b1'], { operationName: 'Other' })
  assert.equal(library.asked.length, before)
  const shout = '... on Book { title(upper: $upper) }'
  const titleAs = async (upper: boolean) =>
    (await router.fetch(shout, ['b1'], { variables: { upper }, declared: ', $upper: Boolean' })).data?._entities
  for (let i = 0; i < 3; i += 1) {
    assert.deepEqual(await titleAs(true), [{ title: 'TITLE 1' }])
    assert.deepEqual(await titleAs(false), [{ title: 'Title 1' }])
  }
})

test('a read after a change sees it, on every router', async () => {
  const other = library.router()
  await keep(TITLE, ['b1'])
  await keep(TITLE, ['b1'], other)
  for (let n = 0; n < 20; n += 1) {
    library.titles.set('b1', `New ${n}`)
    await library.changed('Book b1')
    assert.deepEqual(await titles(other, 'b1'), [`New ${n}`])
    assert.deepEqual(await titles(router, 'b1'), [`New ${n}`])
  }
})

test('what was read before a change is not kept after it', async () => {
  await keep(TITLE, ['b1'])
  await library.changed('Book b1')
  const [reading, changed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  library.pause.after = () => {
    reading.resolve()
    return changed.promise
  }
  const old = titles(router, 'b1')
  await reading.promise
  library.titles.set('b1', 'New')
  await library.changed('Book b1')
  library.pause.after = async () => {}
  changed.resolve()
  assert.deepEqual(await old, ['Title 1'])
  for (let i = 0; i < 5; i += 1) assert.deepEqual(await titles(router, 'b1'), ['New'])
})

test('an entity inside an entity: its change is seen too', async () => {
  const selection = '... on Book { author { name } }'
  await keep(selection, ['b1'])
  library.authors.set('a1', 'Ada Lovelace')
  await library.changed('Author a1')
  const { data } = await router.fetch(selection, ['b1'])
  assert.deepEqual(data, { _entities: [{ author: { name: 'Ada Lovelace' } }] })
})

test('a version that Redis lost takes what was kept with it', async () => {
  await keep(TITLE, ['b1'])
  library.titles.set('b1', 'New')
  await library.redis.del(`${library.namespace}ver:library:Book:b1`)
  assert.deepEqual(await titles(router, 'b1'), ['New'])
})

test('what depends on the viewer is asked for by each one, and never kept', async () => {
  const selections = [
    // One field without the mark is enough.
    '... on Book { id title mine }',
    // A mark does not outweigh that the field asks something of the caller.
    '... on Book { id price }',
    // Whether this entity is there at all depends on the viewer: its key has no mark.
    '... on Note { text }',
  ]
  for (const selection of selections) {
    const id = selection.includes('Note') ? 'n1' : 'b1'
    for (const viewer of ['ada', 'bruno', 'ada']) {
      const before = library.asked.length
      const { data } = await router.fetch(selection, [id], { caller: as(viewer) })
      assert.equal(library.asked.length, before + 1, selection)
      if (selection.includes('mine')) assert.deepEqual(data, { _entities: [{ id: 'b1', title: 'Title 1', mine: `of ${viewer}` }] })
    }
  }
  assert.deepEqual(await keptKeys(), [])
})

test('what is shared is fetched as nobody, so that a wrong mark tells nothing of a viewer', async () => {
  const { data } = await router.fetch('... on Book { whoAsks }', ['b1'], { caller: as('ada') })
  assert.deepEqual(data, { _entities: [{ whoAsks: 'nobody' }] })
})

test('shared and own entities of one fetch go their own ways and come back in order', async () => {
  const selection = '... on Book { title } ... on Note { id text }'
  await keep(selection, ['b1'])
  const { data, errors } = await router.fetch(selection, ['n1', 'b1', 'n2', 'b2'], { caller: as('ada') })
  assert.equal(errors, undefined)
  assert.deepEqual(data, {
    _entities: [{ id: 'n1', text: 'text' }, { title: 'Title 1' }, { id: 'n2', text: 'text' }, { title: 'Title 2' }],
  })
  assert.deepEqual(library.asked.slice(-2).toSorted(), [[], ['b2']])
})

test('an entity with an error is not kept, its neighbours are, and the error stays at its place', async () => {
  const selection = '... on Book { broken }'
  await keep(selection, ['b1', 'b3'])
  for (let i = 0; i < 3; i += 1) {
    const { data, errors } = await router.fetch(selection, ['b1', 'b2', 'b3'])
    assert.deepEqual(data, { _entities: [{ broken: 'fine' }, { broken: null }, { broken: 'fine' }] })
    assert.deepEqual(
      errors?.map(({ path }) => path),
      [['_entities', 1, 'broken']],
    )
    assert.deepEqual(library.asked.at(-1), ['b2'])
  }
})

test('when the subgraph is away, what is known stands and the rest says why it is missing', async () => {
  const selection = '... on Book { title } ... on Note { text }'
  await keep(selection, ['b1', 'b2'])
  library.stop()
  assert.deepEqual((await router.fetch(selection, ['b1', 'b2'])).errors, undefined)
  const { data, errors } = await router.fetch(selection, ['b3', 'b1', 'n1'])
  assert.deepEqual(data, { _entities: [null, { title: 'Title 1' }, null] })
  const places = errors?.map(({ path, extensions }) => [path?.[1], extensions?.code])
  assert.deepEqual([...new Map(places as [number, unknown][])].toSorted(), [
    [0, 'SUBGRAPH_UNAVAILABLE'],
    [2, 'SUBGRAPH_UNAVAILABLE'],
  ])
  await assert.rejects(router.fetch(selection, ['b3']), { code: 'SUBGRAPH_UNAVAILABLE' })
})

test('an entity that is not there yet is not kept as missing', async () => {
  assert.deepEqual(await titles(router, 'b9'), [undefined])
  library.titles.set('b9', 'Title 9')
  assert.deepEqual(await titles(router, 'b9'), ['Title 9'])
})

test('what is kept is gone from Redis within a minute, and its version is no bigger than a word', async () => {
  await keep(TITLE, ['b1'])
  const keys = await keptKeys()
  assert.equal(keys.length, 1)
  for (const key of keys) assert.ok((await library.redis.ttl(key)) <= 60)
  for (const key of await library.redis.keys(`${library.namespace}ver:*`)) {
    assert.ok((await library.redis.ttl(key)) > 60)
    assert.match((await library.redis.get(key)) ?? '', /^[\w-]{12}$/)
  }
})

test('nobody can change what is kept by changing an answer', async () => {
  await keep(TITLE, ['b1'])
  const answer = await router.fetch(TITLE, ['b1'])
  assert.equal(answer.shared, true)
})

test('while Redis is away or does not answer, queries go to the subgraph', async () => {
  await using proxy = await openTcpProxy(servers().REDIS_URL)
  const behind = library.router(proxy.url)
  await keep(TITLE, ['b1'], behind)
  for (const fail of [() => proxy.cut(), () => proxy.freeze()]) {
    fail()
    library.titles.set('b1', 'New')
    assert.deepEqual(await titles(behind, 'b1', 'b2'), ['New', 'Title 2'])
    proxy.mend()
    await library.changed('Book b1')
    await keep(TITLE, ['b1'], behind)
    library.titles.set('b1', 'Title 1')
    await library.changed('Book b1')
  }
})
