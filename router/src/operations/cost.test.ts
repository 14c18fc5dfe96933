import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Supergraph } from '@apollo/federation-internals'
import { Fault } from '@vibely/kit/errors'
import { parse } from 'graphql'
import { composeSupergraph } from '../supergraph/compose.ts'
import { costIndex } from '../supergraph/cost-index.ts'
import { operationCost } from './cost.ts'

const PAGE =
  '@listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false, assumedSize: 20)'

function world(imports: string, cost = 'cost', listSize = 'listSize') {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [${imports}])
    type Query {
      thing(by: Ref): Thing
      things(first: Int, last: Int, filter: [Filter!]): Things ${PAGE}
      tens: [Thing!]! @listSize(assumedSize: 10)
      threes(first: Int = 3): [Thing!] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
      strict(first: Int, last: Int): [Thing!] @listSize(slicingArguments: ["first", "last"])
      unknown: [Thing!]
      words: [String!]
      search(text: String @cost(weight: 7)): Thing @cost(weight: 4)
      any: Any
      media: Media
    }
    type Mutation { change(input: Filter): Thing cheap: Int @cost(weight: 1) }
    type Subscription { changed: Thing }
    input Ref { id: ID word: String @cost(weight: 3) }
    input Filter { text: String refs: [Ref!] }
    type Things { edges: [Edge!]! nodes: [Thing!]! total: Int @cost(weight: 5) }
    type Edge { node: Thing! }
    interface Media { id: ID rating: Rating children: [Thing!] }
    type Book implements Media { id: ID rating: Rating @cost(weight: 6) children: [Thing!] @listSize(assumedSize: 4) pages: Rating }
    type Film implements Media { id: ID rating: Rating children: [Thing!] @listSize(assumedSize: 4) cut: Rating }
    type Rating { value: Int }
    union Any = Book | Film | Dear
    type Dear @cost(weight: 9) { id: ID }
    scalar Blob @cost(weight: 2)
    type Thing { id: ID blob: Blob parent: Thing things(first: Int): [Thing!] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false, assumedSize: 5) }`
    .replaceAll('@cost(', `@${cost}(`)
    .replaceAll('@listSize(', `@${listSize}(`)
  const { supergraphSdl } = composeSupergraph([{ name: 'a', url: 'http://a.invalid', sdl }])
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema()
  const index = costIndex(parse(supergraphSdl))
  const of = (text: string) => operationCost(schema, index, { pageSize: 100, unknownList: 10 }, parse(text))
  return {
    requested: (text: string, variables: Record<string, unknown> = {}) => of(text).requested(variables),
    actual: (text: string, data: unknown, variables: Record<string, unknown> = {}) => of(text).actual(data, variables),
  }
}

const { requested, actual } = world('"@cost", "@listSize"')
const refused = (message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === 'BAD_USER_INPUT' && message.test(error.message)

test('objects cost one, leaves nothing, and what is dear its weight', () => {
  assert.equal(requested('{ thing { id } }'), 1)
  assert.equal(requested('{ thing { parent { parent { id } } } }'), 3)
  assert.equal(requested('{ thing { blob } }'), 3)
  assert.equal(requested('{ words }'), 0)
  assert.equal(requested('{ search { id } }'), 4)
  assert.equal(requested('{ __typename __schema { types { name fields { name } } } }'), 0)
})

test('a field of Mutation costs ten unless it says otherwise, one of Subscription what it returns', () => {
  assert.equal(requested('mutation { change { parent { id } } }'), 11)
  assert.equal(requested('mutation { a: change { id } b: change { id } cheap }'), 21)
  assert.equal(requested('subscription { changed { id } }'), 1)
})

test('a list costs what its items cost, as often as it can have them', () => {
  assert.equal(requested('{ tens { parent { id } } }'), 20)
  assert.equal(requested('{ unknown { id } }'), 10)
  assert.equal(requested('{ things { nodes { id } } }'), 21)
  assert.equal(requested('{ things(first: 3) { total nodes { id } edges { node { id } } } }'), 1 + 5 + 3 + 6)
  assert.equal(requested('{ things(last: 2) { nodes { things(first: 4) { id } } } }'), 1 + 2 * 5)
  assert.equal(requested('{ threes { id } }'), 3)
  assert.equal(requested('{ threes(first: null) { id } }'), 10)
})

test('slicing arguments are literals or variables', () => {
  const text = 'query($n: Int, $m: Int) { things(first: $n) { nodes { things(first: $m) { id } } } }'
  assert.equal(requested(text, { n: 3, m: 2 }), 1 + 3 * 3)
  assert.equal(requested(text, { n: null }), 1 + 20 * 6)
  assert.equal(requested(text), 1 + 20 * 6)
  assert.equal(requested(text, { n: -5, m: 2 }), 1)
})

test('more than a page, or not the one slicing argument that must be given, is refused', () => {
  assert.equal(requested('{ things(first: 100) { nodes { id } } }'), 101)
  assert.throws(() => requested('{ things(first: 101) { total } }'), refused(/`first` must be at most 100/))
  assert.throws(() => requested('query($n: Int) { things(last: $n) { total } }', { n: 2_000_000_000 }), refused(/`last`/))
  assert.throws(() => requested('{ strict { id } }'), refused(/Exactly one of `first`, `last`/))
  assert.throws(() => requested('{ strict(first: 1, last: 1) { id } }'), refused(/Exactly one/))
  assert.equal(requested('{ strict(first: 2) { id } }'), 2)
})

test('arguments cost what they say, input objects one each, through variables and lists', () => {
  assert.equal(requested('{ search(text: "x") { id } }'), 11)
  assert.equal(requested('{ search(text: null) { id } }'), 4)
  assert.equal(requested('query($t: String) { search(text: $t) { id } }', { t: 'x' }), 11)
  assert.equal(requested('query($t: String) { search(text: $t) { id } }'), 4)
  assert.equal(requested('{ thing(by: { word: "x" }) { id } }'), 1 + 1 + 3)
  assert.equal(requested('query($w: String) { thing(by: { word: $w }) { id } }', { w: null }), 2)
  const filter = [{ refs: [{ word: 'a' }, { id: '1' }] }, { text: 'x' }]
  assert.equal(requested('query($f: [Filter!]) { things(filter: $f, first: 0) { total } }', { f: filter }), 1 + 5 + (1 + 4 + 1) + 1)
})

test('fields that are one in the answer cost once', () => {
  assert.equal(
    requested('{ thing { id } ...F ...F } fragment F on Query { thing { parent { id } } ...G } fragment G on Query { thing { id } }'),
    2,
  )
  assert.equal(requested('{ a: thing { id } b: thing { id } }'), 2)
})

test('of what is selected on different types the dearest counts', () => {
  assert.equal(requested('{ media { ... on Book { pages { value } children { id } } ... on Film { cut { value } } } }'), 1 + 1 + 4)
  assert.equal(requested('{ media { id ... on Media { ... on Film { cut { value } } } ... on Film { cut { value } } } }'), 2)
  assert.equal(requested('{ any { ... on Dear { id } } }'), 9)
})

test('behind an interface a field costs as much as on the dearest type', () => {
  assert.equal(requested('{ media { rating { value } } }'), 1 + 6)
  assert.equal(requested('{ media { children { id } } }'), 1 + 4)
  assert.equal(requested('{ media { ... on Film { rating { value } } } }'), 2)
})

test('what is skipped costs nothing', () => {
  const text =
    'query($a: Boolean!, $b: Boolean!) { thing @include(if: $a) { parent @skip(if: $b) { id } } ... @include(if: false) { tens { id } } }'
  assert.equal(requested(text, { a: true, b: false }), 2)
  assert.equal(requested(text, { a: true, b: true }), 1)
  assert.equal(requested(text, { a: false, b: false }), 0)
})

test('an answer costs what is in it, and never more than was requested', () => {
  const text =
    'query($n: Int) { page: things(first: $n) { total nodes { id parent { id } } } search(text: "x") { id } any { ... on Dear { id } } }'
  const full = { page: { total: 3, nodes: [{ parent: { id: 1 } }, { parent: null }, null] }, search: { id: 1, extra: {} }, any: null }
  assert.equal(actual(text, full), 1 + 5 + 2 + 1 + 11)
  assert.equal(actual(text, { page: null, search: null, any: null }), 0)
  assert.equal(actual(text, null), 0)
  assert.ok(actual(text, full) <= requested(text, { n: 3 }))
})

test('the directives may have other names', () => {
  const renamed = world('{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@size" }', 'price', 'size')
  assert.equal(renamed.requested('{ tens { blob } search { id } }'), 34)
  const qualified = world('', 'federation__cost', 'federation__listSize')
  assert.equal(qualified.requested('{ tens { blob } search { id } }'), 34)
})
