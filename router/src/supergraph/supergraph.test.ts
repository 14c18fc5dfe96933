import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApolloGateway } from '@apollo/gateway'
import { parse } from 'graphql'
import { CompositionError, composeSupergraph } from './compose.ts'
import { liveIndex } from './live-index.ts'
import { policyIndex } from './policy-index.ts'
import { stripSupergraph } from './strip.ts'
import { joinedSubgraphs } from './subgraphs.ts'

const link = (imports: string) => `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [${imports}])`
const subgraph = (name: string, sdl: string) => ({ name, url: `http://${name}.invalid`, sdl })

const guarded = composeSupergraph([
  subgraph(
    'a',
    `${link('"@key", "@authenticated", "@requiresScopes", { name: "@policy", as: "@rule" }, "@composeDirective"')}
     @link(url: "https://specs.vibely.dev/live/v1.0", import: ["@live"]) @composeDirective(name: "@live")
     directive @live(channel: String!, replay: Boolean! = false) on FIELD_DEFINITION
     type Query { open: Int closed: Int @requiresScopes(scopes: [["a", "b"], ["c"]]) ruled: Int @rule(policies: [["fact"]]) safe: Safe node: Node }
     type Subscription { ticks(room: ID!): Int @live(channel: "ticks:{args.room}", replay: true) silent: Int }
     type Safe @authenticated { gold: Int }
     interface Node { id: ID! note: String }
     type Thing implements Node @key(fields: "id") { id: ID! note: String @authenticated }`,
  ),
])

test('the policy index has the requirements of field, parent type and returned type', () => {
  const index = policyIndex(parse(guarded.supergraphSdl))
  const of = (type: string, field: string) =>
    index.of(type, field).map(({ authenticated, scopes, policies }) => ({ authenticated, scopes, policies }))
  assert.deepEqual(of('Query', 'open'), [])
  assert.deepEqual(of('Query', 'closed'), [{ authenticated: false, scopes: [['a', 'b'], ['c']], policies: [] }])
  assert.deepEqual(of('Query', 'ruled'), [{ authenticated: false, scopes: [], policies: [['fact']] }])
  const authenticated = [{ authenticated: true, scopes: [], policies: [] }]
  assert.deepEqual(of('Query', 'safe'), authenticated)
  assert.deepEqual(of('Safe', 'gold'), authenticated)
  assert.deepEqual(of('Thing', 'note'), authenticated)
})

test('what a type asks for is asked for behind its interface too', () => {
  const index = policyIndex(parse(guarded.supergraphSdl))
  assert.equal(index.of('Node', 'note').length, 1)
  assert.equal(index.of('Node', 'id').length, 0)
})

test('also where the composition has not spread it to the interface', () => {
  const spread = /interface Node[^}]+}/.exec(guarded.supergraphSdl)?.[0] ?? ''
  assert.match(spread, /@authenticated/)
  const index = policyIndex(parse(guarded.supergraphSdl.replace(spread, spread.replace(' @authenticated', ''))))
  assert.deepEqual(index.of('Node', 'note'), index.of('Thing', 'note'))
  assert.equal(index.of('Node', 'note').length, 1)
  assert.deepEqual(index.of('Node', 'id'), [])
})

test('the live index has the channels of subscription fields', () => {
  assert.deepEqual([...liveIndex(parse(guarded.supergraphSdl))], [['ticks', { channel: 'ticks:{args.room}', replay: true, store: null }]])
})

test('the stripped supergraph holds nothing of the auth features, and the gateway loads it', async () => {
  const stripped = stripSupergraph(guarded.supergraphSdl)
  assert.match(guarded.supergraphSdl, /@requiresScopes\(/)
  assert.doesNotMatch(stripped, /@(authenticated|requiresScopes|policy|rule)|requiresScopes__|policy__|rule__/)
  assert.match(stripped, /@live\(channel: "ticks/)
  const options = { supergraphSdl: stripped, logger: { debug() {}, info() {}, warn() {}, error() {} } }
  const gateway = new ApolloGateway(options)
  assert.ok((await gateway.load()).schema.getQueryType())
  await gateway.stop()
})

test('the subgraphs are read from the supergraph', () => {
  assert.deepEqual(joinedSubgraphs(parse(guarded.supergraphSdl)), [{ name: 'a', url: 'http://a.invalid' }])
})

test('a problem of composition names its subgraph and what is wrong', () => {
  const broken = () =>
    composeSupergraph([subgraph('a', `${link('')} type Query { a: Int }`), subgraph('b', `${link('')} type Query { a: Int }`)])
  assert.throws(broken, (error) => error instanceof CompositionError && /INVALID_FIELD_SHARING: .*Query\.a/.test(error.message))
  assert.throws(() => composeSupergraph([subgraph('a', 'type Query {')]), /\[a\] Syntax Error.*line 1/)
})

test('a hint names where it applies', () => {
  const { hints } = composeSupergraph([
    subgraph('a', `${link('"@shareable"')} type Query { a: E @shareable } enum E { X Y }`),
    subgraph('b', `${link('"@shareable"')} type Query { a: E @shareable } enum E { X }`),
  ])
  assert.deepEqual(
    hints.map(({ code, coordinate }) => [code, coordinate]),
    [['INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM', 'E.Y']],
  )
})
