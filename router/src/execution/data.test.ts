import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema } from 'graphql'
import type { FetchNode } from '../planning/planner.ts'
import { type Representation, representationText } from '../sources/source.ts'
import { copyOf, type Json, merge } from './merge.ts'
import { objectsAt, placesOf, replaceAt } from './paths.ts'
import type { Repeats } from './repeats.ts'
import { type Entities, representationsOf } from './representations.ts'
import { applyRewrites } from './rewrites.ts'

test('answers are joined: objects with objects, lists of equal length item by item, the later value else', () => {
  const data = { a: 1, b: { c: 1 }, list: [{ id: 1 }, null, [{ id: 2 }]], other: [1, 2] }
  merge(data, { a: 2, b: { d: 2 }, list: [{ name: 'x' }, null, [{ name: 'y' }]], other: [3], n: null })
  assert.deepEqual(data, { a: 2, b: { c: 1, d: 2 }, list: [{ id: 1, name: 'x' }, null, [{ id: 2, name: 'y' }]], other: [3], n: null })
})

test('a response name that objects inherit is data like any other, and changes no prototype', () => {
  const target: Json = {}
  merge(target, JSON.parse('{"__proto__":{"polluted":1},"constructor":{"name":"x"}}') as Json)
  merge(target, JSON.parse('{"__proto__":{"more":2}}') as Json)
  assert.equal(Object.getPrototypeOf(target), Object.prototype)
  assert.equal(JSON.stringify(target), '{"__proto__":{"polluted":1,"more":2},"constructor":{"name":"x"}}')
  assert.equal(JSON.stringify(copyOf(target)), JSON.stringify(target))
  assert.equal(({} as Json).polluted, undefined)
})

test('the name of a type that says less does not replace one that is known, wherever it stands', () => {
  const vague = new Set(['Person'])
  const data: Json = {
    __typename: 'Admin',
    friend: { __typename: 'Guest' },
    friends: [{ __typename: 'Admin' }, {}],
    other: { __typename: 'Person' },
  }
  const person = { __typename: 'Person', posts: 1 }
  merge(data, { ...person, friend: { ...person }, friends: [{ ...person }, { ...person }], other: { __typename: 'Guest' } }, vague)
  assert.deepEqual(data, {
    __typename: 'Admin',
    posts: 1,
    friend: { __typename: 'Guest', posts: 1 },
    friends: [{ __typename: 'Admin', posts: 1 }, person],
    other: { __typename: 'Guest' },
  })
})

test('a path finds objects through lists of lists, past what is null', () => {
  const [a, b, c] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]
  const root = {
    rows: [
      [{ cell: a }, null],
      [{ cell: b }, { cell: null }],
    ],
    one: { cell: c },
  }
  assert.deepEqual(objectsAt(root, ['rows', '@', '@', 'cell']), [a, b])
  assert.deepEqual(objectsAt(root, ['one', 'cell']), [c])
  assert.deepEqual(objectsAt(root, ['toString']), [])
  assert.deepEqual(objectsAt(root, []), [root])
})

test('an object that stands in two places is told in both', () => {
  const shared = { id: 's' }
  const places = placesOf({ items: [{ by: shared }, { by: null }, { by: shared }] }, ['items', '@', 'by'])
  assert.deepEqual(places.get(shared), [
    ['items', 0, 'by'],
    ['items', 2, 'by'],
  ])
})

const schema = buildSchema(`
  type Query { a: Thing }
  interface Thing { id: ID! }
  type Book implements Thing { id: ID! isbn: String parts: [Part] }
  type Part { no: Int code: String }`)
type Selection = NonNullable<FetchNode['requires']>[number]
/** Entities that stand nowhere. */
const all =
  (...entities: Json[]): Entities =>
  (become) => {
    for (const entity of entities) become(entity)
  }

/** The representation of one entity. */
function representationOf(...args: Parameters<typeof representationsOf>): (entity: Json) => Representation | undefined {
  const represent = representationsOf(...args)
  return (entity) => represent(all(entity)).representations[0]
}

const key = (name: string): Selection => ({ kind: 'Field', name })
const of = (typeCondition: string, ...names: string[]): Selection => ({
  kind: 'InlineFragment',
  typeCondition,
  selections: [key('__typename'), ...names.map(key)],
})

test('an entity is represented by what the fetch requires, and not at all when it lacks that', () => {
  const represent = representationOf(schema, [of('Book', 'id')], undefined)
  assert.equal(represent({ __typename: 'Book', id: 'say "1"', other: 1 }), '{"__typename":"Book","id":"say \\"1\\""}')
  assert.equal(represent({ __typename: 'Book', id: null }), '{"__typename":"Book","id":null}')
  assert.equal(represent({ __typename: 'Book' }), undefined)
  assert.equal(represent({ __typename: 'Part', id: '1' }), undefined)
  assert.equal(represent({ id: '1' }), undefined)
})

test('an entity is asked for once, wherever and under whatever key it stands', () => {
  const [a, b, c, d] = [1, 1, '1', 2].map((id) => ({ __typename: 'Book', id, isbn: 'x' })) as Json[] as [Json, Json, Json, Json]
  const { representations, targets } = representationsOf(schema, [of('Book', 'id')], undefined)(all(a, b, c, d, { __typename: 'Book' }))
  assert.deepEqual(representations, ['{"__typename":"Book","id":1}', '{"__typename":"Book","id":"1"}', '{"__typename":"Book","id":2}'])
  assert.deepEqual(targets, [[a, b], [c], [d]])
  assert.deepEqual(representationsOf(schema, [of('Book', 'id', 'isbn')], undefined)(all(a, b)).targets, [[a, b]])
})

test('for a subgraph in this process entities are objects, where they hold nothing that text would change', () => {
  const ids = [1, '1', 1, '1', Number.NaN, new Date(0), { no: 1 }]
  const books = ids.flatMap((id) => ['x', 'y'].map((isbn): Json => ({ __typename: 'Book', id, isbn, other: 1 })))
  for (const names of [['id'], ['id', 'isbn'], ['isbn', 'id'], ['__proto__']]) {
    const asTexts = representationsOf(schema, [of('Book', ...names)], undefined)(all(...books))
    const local = representationsOf(schema, [of('Book', ...names)], undefined, undefined, true)(all(...books))
    assert.deepEqual(local.representations.map(representationText), asTexts.representations)
    assert.deepEqual(local.targets, asTexts.targets)
    for (const one of local.representations)
      assert.ok(typeof one === 'string' || !Object.values(one).some((value) => value instanceof Object))
  }
  const [first, second] = representationsOf(schema, [of('Book', 'id')], undefined, undefined, true)(all(...books)).representations
  assert.deepEqual(
    [first, second],
    [
      { __typename: 'Book', id: 1 },
      { __typename: 'Book', id: '1' },
    ],
  )
})

test('entities that have nothing but their key become one, in every place', () => {
  const book = (more?: Json): Json => ({ __typename: 'Book', id: '1', ...more })
  const root = { a: [book(), book({ isbn: 'x' })], b: { c: book() }, d: { ...book(), id: '2' } }
  const [first, other] = root.a
  const repeats: Repeats = new Map()
  const shown: Entities = (become) => {
    for (const path of [['a', '@'], ['b', 'c'], ['d']]) replaceAt(root, path, become)
  }
  const { targets } = representationsOf(schema, [of('Book', 'id')], undefined)(shown, repeats)
  assert.equal(root.b.c, first)
  assert.deepEqual(targets, [[first, other], [root.d]])
  assert.deepEqual([...repeats.keys()], [first])
})

test('what has more than its key does not become one with another, even if the key is named twice', () => {
  const twice: Selection = { ...of('Book', 'id'), selections: [key('__typename'), key('id'), of('Thing', 'id')] } as Selection
  const root = {
    a: [
      { __typename: 'Book', id: '1', isbn: 'x' },
      { __typename: 'Book', id: '1', isbn: 'y' },
    ],
  }
  const repeats: Repeats = new Map()
  const found = representationsOf(schema, [twice], undefined)((become) => replaceAt(root, ['a', '@'], become), repeats)
  assert.deepEqual(found.targets, [root.a])
  assert.equal(repeats.size, 0)
})

test('an object that stands in several places is asked for, and told, once', () => {
  const shared = { __typename: 'Book', id: '1', isbn: 'x' }
  const { targets, entities } = representationsOf(schema, [of('Book', 'id')], undefined)(all(shared, shared, shared))
  assert.deepEqual([targets, [...entities]], [[[shared]], [shared]])
})

test('of several keys those are sent that the entity has, also through an interface', () => {
  const represent = representationOf(schema, [of('Thing', 'id'), of('Book', 'isbn')], undefined)
  assert.equal(represent({ __typename: 'Book', isbn: 'x' }), '{"__typename":"Book","isbn":"x"}')
  assert.equal(represent({ __typename: 'Book', isbn: 'x', id: '1' }), '{"__typename":"Book","id":"1","isbn":"x"}')
  assert.equal(represent({ __typename: 'Book' }), undefined)
})

test('where a condition has left out what one field requires, all that is there is sent', () => {
  const book = { __typename: 'Book', id: '1', isbn: 'x' }
  const requires = [of('Book', 'id', 'isbn', 'parts'), of('Book', 'id')]
  assert.deepEqual(representationsOf(schema, requires, undefined, () => true)(all(book)).representations, [
    '{"__typename":"Book","id":"1","isbn":"x"}',
  ])
  assert.deepEqual(representationsOf(schema, requires, undefined)(all(book)).representations, ['{"__typename":"Book","id":"1"}'])
})

test('a key can hold objects in lists, and be rewritten for a subgraph that knows an interface as an object', () => {
  const parts = { kind: 'Field', name: 'parts', selections: [key('no')] } as const
  const requires = [{ kind: 'InlineFragment', typeCondition: 'Book', selections: [key('__typename'), parts] }] as const
  const rewrites = [{ kind: 'ValueSetter', path: ['... on Book', '__typename'], setValueTo: 'Thing' }] as const
  const book = { __typename: 'Book', parts: [{ no: 1, code: 'x' }, null] }
  const copy = (value: unknown) => structuredClone(value) as never
  assert.equal(representationOf(schema, copy(requires), copy(rewrites))(book), '{"__typename":"Thing","parts":[{"no":1},null]}')
  assert.equal(representationOf(schema, copy(requires), undefined)({ __typename: 'Book', parts: [{}] }), undefined)
})

test('a field that was fetched under another name gets its own', () => {
  const data = {
    items: [
      { __typename: 'Book', a__alias_0: 1 },
      { __typename: 'Part', a__alias_0: 2 },
    ],
  }
  applyRewrites(schema, [{ kind: 'KeyRenamer', path: ['items', '... on Book', 'a__alias_0'], renameKeyTo: 'a' }], data)
  assert.deepEqual(data, {
    items: [
      { __typename: 'Book', a: 1 },
      { __typename: 'Part', a__alias_0: 2 },
    ],
  })
})
