import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'graphql'
import { brokenLimit } from './limits.ts'

const messageOf = (text: string) => brokenLimit(parse(text))?.message ?? null

test('an ordinary document keeps all limits', () => {
  assert.equal(messageOf('query($n: Int) { a(first: $n) { b { ...F } } } fragment F on B { c @include(if: true) d: e }'), null)
})

test('depth counts through fragments', () => {
  assert.equal(messageOf(`{ ${'a {'.repeat(11)} b ${'}'.repeat(11)} }`), null)
  assert.match(messageOf(`{ ${'a {'.repeat(12)} b ${'}'.repeat(12)} }`) ?? '', /Deeper than 12/)
  assert.match(
    messageOf(`{ ${'a {'.repeat(7)} ...F ${'}'.repeat(7)} } fragment F on T { ${'a {'.repeat(6)} b ${'}'.repeat(6)} }`) ?? '',
    /Deeper/,
  )
})

test('aliases count wherever their fragment is spread, __typename included', () => {
  const fragment = `fragment F on T { ${Array.from({ length: 16 }, (_, i) => `a${i}: __typename`).join(' ')} }`
  assert.equal(messageOf(`{ x { ...F } } ${fragment}`), null)
  assert.match(messageOf(`{ x { ...F } y { ...F } } ${fragment}`) ?? '', /More than 30 aliases/)
})

test('a bomb of fragments is told by what it expands to, without being expanded', () => {
  const fragments = Array.from({ length: 30 }, (_, i) => `fragment F${i} on T { ...F${i + 1} ...F${i + 1} }`).join(' ')
  assert.match(messageOf(`{ a { ...F0 } } ${fragments} fragment F30 on T { b }`) ?? '', /10000 selections/)
})

test('a cycle of fragments ends, for validation to name', () => {
  assert.equal(messageOf('{ a { ...F } } fragment F on T { b { ...G } } fragment G on T { c { ...F } }'), null)
})

test('directives count in one place and in all', () => {
  assert.match(messageOf(`{ a ${'@x '.repeat(6)} }`) ?? '', /5 directives in one place/)
  assert.match(messageOf(`{ ${Array.from({ length: 11 }, (_, i) => `a${i} @x @x @x`).join(' ')} }`) ?? '', /More than 30 directives/)
})

test('root fields are counted', () => {
  assert.match(messageOf(`{ ${Array.from({ length: 21 }, (_, i) => `a${i}`).join(' ')} }`) ?? '', /20 root fields/)
})
