import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { isInterfaceType, isObjectType } from 'graphql'
import { committedSupergraph } from '../supergraph/committed.ts'
import { buildSchemaState } from '../supergraph/schema-state.ts'
import { keptQueries } from './kept-query.ts'

const state = buildSchemaState(await committedSupergraph())
after(() => state[Symbol.asyncDispose]())

const asks = (subgraph: string, text: string) => keptQueries(state, subgraph)(text)
const read = (subgraph: string, selection: string, more = '') =>
  asks(subgraph, `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } } ${more}`)
const shared = (subgraph: string, type: string, selection: string, more = '') =>
  read(subgraph, selection, more)?.sharedAs(type)?.innerTypes ?? null

test('what everyone gets the same of is shared, with the types of the entities inside it', () => {
  const CREDITS = 'credits(first: 2) { totalCount { value } pageInfo { endCursor } nodes { role person { name } work { title } } }'
  const cases: [string, string, string, readonly string[]][] = [
    ['auth', 'User', '... on User { __typename id username displayName status }', []],
    ['social', 'User', '... on User { followerCount followingCount }', []],
    ['culture', 'Work', '... on Work { __typename title ratingSummary { count distribution { from count } } }', []],
    ['culture', 'Work', '... on Work { title ... on Film { runtimeMinutes } }', []],
    ['culture', 'Film', '... on Book { genres { name } } ... on Film { genres { id parent { slug } } }', ['Genre']],
    ['culture', 'Book', `... on Book { ${CREDITS} }`, ['Book', 'Film', 'Person', 'Work']],
    ['feed', 'Work', '... on Work { __typename }', []],
  ]
  for (const [subgraph, type, selection, inner] of cases) assert.deepEqual(shared(subgraph, type, selection), inner, selection)
})

test('one field that depends on the viewer, on time or on the right to ask is enough to share nothing', () => {
  const cases: [string, string, string][] = [
    ['social', 'User', '... on User { followerCount relationship { state } }'],
    ['social', 'Genre', '... on Genre { followerCount viewerFollows }'],
    ['auth', 'User', '... on User { username previousUsernames }'],
    ['culture', 'Film', '... on Film { title viewerEntry { score } }'],
    ['culture', 'Film', '... on Film { title reviews { totalCount { value } } }'],
    ['culture', 'Work', '... on Work { ... on Film { reviews { nodes { id } } } }'],
    // Its key is not marked: who may see a review depends on who asks.
    ['culture', 'Review', '... on Review { id createdAt }'],
    ['feed', 'User', '... on User { presence { state } }'],
    ['culture', 'User', '... on User { reviews { nodes { id } } }'],
    ['culture', 'Film', '... on Film { nothingOfThisName }'],
  ]
  for (const [subgraph, type, selection] of cases) assert.equal(shared(subgraph, type, selection), null, selection)
})

test('types of one query are judged one by one, and one that it does not ask for is none of it', () => {
  const selection = '... on Film { title } ... on Review { title }'
  assert.deepEqual(shared('culture', 'Film', selection), [])
  assert.deepEqual(shared('culture', 'Work', selection), [])
  assert.equal(shared('culture', 'Review', selection), null)
  assert.equal(shared('culture', 'Genre', selection), null)
  assert.equal(read('culture', '... on Review { title }')?.isShared, false)
  // Social has nothing of films.
  assert.equal(shared('social', 'Film', '... on Film { title }'), null)
})

test('named fragments are looked into', () => {
  assert.deepEqual(shared('culture', 'Film', '...F', 'fragment F on Film { title genres { ...G } } fragment G on Genre { name }'), [
    'Genre',
  ])
  assert.equal(shared('culture', 'Film', '...F', 'fragment F on Film { title ...V } fragment V on Film { viewerEntry { id } }'), null)
  assert.equal(shared('culture', 'Film', '...Missing'), null)
})

test('queries that mean the same have one id; another default, argument or fragment is another meaning', () => {
  const id = (text: string) => asks('culture', text)?.id
  const query = (name: string, head = '', body = 'credits(first: $n) { nodes { role } }') =>
    `query ${name}($representations: [_Any!]!, $n: Int${head}) { _entities(representations: $representations) { ... on Film { ${body} } } }`
  assert.equal(id(query('A')), id(query('B')))
  const ids = [
    id(query('A')),
    id(query('A', ' = 3')),
    id(query('A', '', 'credits(first: 3) { nodes { role } }')),
    id(query('A', '', 'title')),
  ]
  assert.equal(new Set(ids).size, 4)
})

test('anything but one list of entities is none', () => {
  for (const text of [
    '{ works { nodes { title } } }',
    'mutation { rateWork(input: { workId: "1" }) { entry { id } } }',
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } works { nodes { id } } }',
    'query ($representations: [_Any!]!) { _entities(representations: $representations) @skip(if: false) { ... on Film { title } } }',
  ]) {
    assert.equal(asks('culture', text), null, text)
  }
})

test('no mark of ours stands on a field that asks something of the caller or names the viewer', () => {
  const { supergraphSchema, sharing, policies } = state
  const marked = Object.values(supergraphSchema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.keys(type.getFields()).flatMap((field) => (sharing.isSameForAll(type.name, field) ? [[type.name, field] as const] : []))
      : [],
  )
  assert.ok(marked.length > 40)
  for (const [type, field] of marked) {
    assert.deepEqual(policies.of(type, field), [], `${type}.${field}`)
    assert.doesNotMatch(field, /viewer/i)
  }
})
