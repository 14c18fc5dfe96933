import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse, print } from 'graphql'
import { withConditionsAtRootFields } from './root-conditions.ts'

const moved = (text: string) => {
  const document = withConditionsAtRootFields(parse(text), (name) => name === 'Query' || name === 'Mutation')
  return document && print(document).replace(/\s+/g, ' ')
}
const same = (text: string) => {
  const document = parse(text)
  assert.equal(
    withConditionsAtRootFields(document, (name) => name === 'Query'),
    document,
  )
}

test('conditions of fragments on the root stand at its fields, once each', () => {
  assert.equal(
    moved('{ ... on Query @include(if: $a) { a { x } ... @skip(if: $b) { b @include(if: $a) } } }'),
    '{ a @include(if: $a) { x } b @include(if: $a) @skip(if: $b) }',
  )
  assert.equal(
    moved('{ ...F @skip(if: $a) } fragment F on Query { a ...G } fragment G on Query { b }'),
    '{ a @skip(if: $a) b @skip(if: $a) } fragment F on Query { a ...G } fragment G on Query { b }',
  )
})

test('of two that do not stand at one field together, one is below it: in a mutation, around it', () => {
  assert.equal(
    moved('{ ... @include(if: $a) { a @include(if: $b) { x y } b @include(if: $b) } }'),
    '{ a @include(if: $b) { ... @include(if: $a) { x } ... @include(if: $a) { y } } ... @include(if: $a) { b @include(if: $b) } }',
  )
  assert.equal(
    moved('mutation { ... @include(if: $a) { a @include(if: $b) { x } } }'),
    'mutation { ... @include(if: $a) { a @include(if: $b) { x } } }',
  )
})

test('what its conditions never let be asked is left out', () => {
  assert.equal(moved('{ ... @include(if: $a) { a @skip(if: $a) b } }'), '{ b @include(if: $a) }')
  assert.equal(moved('{ ... @include(if: $a) { ... @skip(if: $a) { a } } }'), null)
})

test('fragments of other types, with other directives and without conditions stay', () => {
  same('{ a ... on Query { b { ... @include(if: $a) { x } } } }')
  same('{ ... on Other @include(if: $a) { a } ... @include(if: $a) @note { b } }')
  assert.equal(
    moved('{ ... @include(if: $a) { ... @note { a } ... @defer(label: "l") { b } } }'),
    '{ ... @include(if: $a) { ... @note { a } } b @include(if: $a) }',
  )
})
