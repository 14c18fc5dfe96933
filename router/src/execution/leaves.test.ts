import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphQLEnumType, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString } from 'graphql'
import { leafWriter, textOf } from './leaves.ts'

test('a string is written as JSON writes it', () => {
  const awkward = [
    '',
    'plain',
    'say "hi"',
    'back\\slash',
    'line\nfeed',
    '\u0000',
    '\u007f',
    'é',
    '漢字',
    '🎬',
    '\ud800 alone',
    '\u2028',
    'x'.repeat(70),
    '"'.repeat(70),
  ]
  for (const value of awkward) assert.equal(textOf(value), JSON.stringify(value))
})

test('a value that its type does not have is told', () => {
  const color = new GraphQLEnumType({ name: 'Color', values: { RED: {} } })
  assert.equal(leafWriter(color)('RED', false), '"RED"')
  assert.equal(leafWriter(color)('GREEN', false), undefined)
  assert.equal(leafWriter(GraphQLInt)(1.5, false), undefined)
  assert.equal(leafWriter(GraphQLInt)('1', false), undefined)
  assert.equal(leafWriter(GraphQLFloat)(1e21, false), JSON.stringify(1e21))
  assert.equal(leafWriter(GraphQLString)(1, false), undefined)
})

test('an ID is text, also when a subgraph sends a number', () => {
  assert.equal(leafWriter(GraphQLID)(7, false), '"7"')
  assert.equal(leafWriter(GraphQLID)('7', false), '"7"')
  assert.equal(leafWriter(GraphQLID)({}, false), undefined)
})

test('a custom scalar is passed on as it is', () => {
  const anything = new GraphQLScalarType({ name: 'Anything' })
  for (const value of [1, 'a', true, { a: [1, null] }, []]) assert.equal(leafWriter(anything)(value, false), JSON.stringify(value))
})
