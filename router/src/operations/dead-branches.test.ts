import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema, parse, print, validate } from 'graphql'
import { withoutDeadBranches } from './dead-branches.ts'

const schema = buildSchema(`
  directive @defer(label: String, if: Boolean) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query { work: Work node: Node shape: Shape ghost: Ghost }
  interface Node { id: ID! next: Node }
  interface Ghost { id: ID! }
  type Work implements Node { id: ID! next: Work title: String }
  type User implements Node { id: ID! next: Node name: String }
  type Circle { r: Int }
  union Shape = Circle | User
`)

const alive = (text: string) => {
  const document = parse(text)
  assert.deepEqual(validate(schema, document), [])
  const rest = withoutDeadBranches(schema, document)
  assert.deepEqual(validate(schema, rest), [])
  return rest === document ? 'the same' : print(rest).replace(/\s+/g, ' ')
}

test('a branch that no object can take goes, and leaves the type behind where nothing else is left', () => {
  assert.equal(alive('{ work { id ... on Node { ... on User { name } id } } }'), '{ work { id ... on Node { id } } }')
  assert.equal(alive('{ work { ... on Node { ... on User @skip(if: true) { name } } } }'), '{ work { __typename } }')
  assert.equal(
    alive('{ shape { ... on Node { ... on Work { title } ... on User { name } } } }'),
    '{ shape { ... on Node { ... on User { name } } } }',
  )
})

test('what the fields on the way return counts', () => {
  assert.equal(
    alive('{ node { ... on Work { next { id ... on Node { ... on User { name } } } } } }'),
    '{ node { ... on Work { next { id } } } }',
  )
  assert.equal(alive('{ node { next { ... on User { name } } ... on Work { next { ... on Work { title } } } } }'), 'the same')
})

test('a named fragment loses its dead branches where it is spread, and stays where it has none', () => {
  assert.equal(
    alive(`{ work { ...N } node { ...N } ...Q @defer(label: "q") }
      fragment Q on Query { work { ...U } shape { ... on Circle { r } } }
      fragment N on Node { id ... on User { name } }
      fragment U on Node { ... on User { next { id } } }`),
    '{ work { ... on Node { id } } node { ...N } ... on Query @defer(label: "q") { work { __typename } shape { ... on Circle { r } } } } ' +
      'fragment N on Node { id ... on User { name } }',
  )
})

test('an operation without such branches, introspection and an interface that nothing implements stay as they are', () => {
  for (const text of [
    '{ work { ...N } node { ...N } } fragment N on Node { id next { id ... on Node { id } } }',
    '{ __schema { types { ... on __Type { name } } } __type(name: "Work") { name } __typename }',
    '{ ghost { ... on Ghost { id ... on Ghost { id } } } }',
  ])
    assert.equal(alive(text), 'the same')
})
