import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getIntrospectionQuery, parse } from 'graphql'
import { brokenLimit, LIMITS } from './limits.ts'

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

test('names have a length, strings have none', () => {
  assert.equal(messageOf(`{ ${'a'.repeat(500)} b(c: "${'d'.repeat(1_000)}") }`), null)
  for (const text of [
    `{ ${'a'.repeat(501)} }`,
    `{ a @${'b'.repeat(501)} }`,
    `{ a(${'b'.repeat(501)}: 1) }`,
    `query($${'a'.repeat(501)}: Int) { a }`,
  ])
    assert.match(messageOf(text) ?? '', /A name is longer than 500/)
})

test('values of the document nest as those of variables may', () => {
  const nested = (levels: number, open: string, close: string) => `{ a(b: ${open.repeat(levels)}1${close.repeat(levels)}) }`
  assert.equal(messageOf(nested(20, '[', ']')), null)
  for (const [open, close] of [
    ['[', ']'],
    ['{ c: ', '}'],
  ] as const)
    assert.match(messageOf(nested(90, open, close)) ?? '', /80 brackets in each other/)
  assert.match(messageOf(`query($v: ${'['.repeat(90)}Int${']'.repeat(90)}) { a }`) ?? '', /80 brackets/)
  assert.equal(messageOf(`{ ${Array.from({ length: 15 }, (_, i) => `a${i}(b: [1, [2]]) { c }`).join(' ')} }`), null)
})

test('fragments nest, though not without end', () => {
  const chain = (length: number) =>
    `{ a { ...F0 } } ${Array.from({ length }, (_, i) => `fragment F${i} on T { ...F${i + 1} }`).join(' ')} fragment F${length} on T { b }`
  assert.equal(messageOf(`{ a { ${'... {'.repeat(57)} b ${'}'.repeat(57)} } }`), null)
  assert.match(messageOf(`{ a { ${'... {'.repeat(60)} b ${'}'.repeat(60)} } }`) ?? '', /60 selection sets in each other/)
  assert.equal(messageOf(chain(55)), null)
  assert.match(messageOf(chain(65)) ?? '', /60 selection sets/)
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

test('a cycle of fragments is refused, spread or not', () => {
  const cycle = 'fragment F on T { b { ...G } } fragment G on T { c { ...F } }'
  assert.match(messageOf(`{ a { ...F } } ${cycle}`) ?? '', /"F" within itself/)
  assert.match(messageOf(`{ a } ${cycle}`) ?? '', /within itself/)
})

test('a field is counted in the place it has in the answer, whatever fragments it comes from', () => {
  assert.equal(messageOf(`{ a { ${'b '.repeat(50)} } }`), null)
  assert.match(messageOf(`{ a { ${'b '.repeat(51)} } }`) ?? '', /more than 50 times/)
  const fragments = Array.from({ length: 26 }, (_, i) => `fragment F${i} on T { b c { b } c { b } }`).join(' ')
  assert.match(
    messageOf(`{ a { ${Array.from({ length: 26 }, (_, i) => `...F${i}`).join(' ')} } } ${fragments}`) ?? '',
    /more than 50 times/,
  )
  assert.match(messageOf(`{ ${'a { ... on T { b } } '.repeat(19)} x { ... on T { ${'b '.repeat(51)} } } }`) ?? '', /more than/)
})

test('directives count in one place and in all', () => {
  assert.match(messageOf(`{ a ${'@x '.repeat(6)} }`) ?? '', /5 directives in one place/)
  assert.match(messageOf(`{ ${Array.from({ length: 11 }, (_, i) => `a${i} @x @x @x`).join(' ')} }`) ?? '', /More than 30 directives/)
})

test('directives outside of selections count too', () => {
  assert.match(messageOf(`query(${'$v: Int @x @x @x '.repeat(11)}) { a }`) ?? '', /More than 30 directives/)
  assert.match(messageOf(`query($v: Int ${'@x '.repeat(6)}) { a }`) ?? '', /in one place/)
  assert.match(messageOf(`{ ...F } fragment F on T ${'@x '.repeat(6)} { a }`) ?? '', /in one place/)
})

test('introspection may be deep, and is counted like the rest', () => {
  assert.equal(messageOf(getIntrospectionQuery()), null)
  assert.match(messageOf(`{ __schema { ${'a {'.repeat(20)} b ${'}'.repeat(20)} } }`) ?? '', /Deeper than 20/)
  assert.match(messageOf(`{ __schema { ${Array.from({ length: 31 }, (_, i) => `a${i}: types { name }`).join(' ')} } }`) ?? '', /30 aliases/)
})

test('one field that tries a credential is one too few for guessing, through aliases and fragments', () => {
  const logins = new Set(['signIn', 'register'])
  const of = (text: string) => brokenLimit(parse(text), LIMITS, logins)?.message ?? null
  assert.equal(of('mutation { signIn { a } follow { signIn } }'), null)
  assert.match(of('mutation { signIn { a } b: signIn { a } }') ?? '', /More than one field/)
  assert.match(of('mutation { register { a } ...F } fragment F on Mutation { ... { signIn { a } } }') ?? '', /More than one field/)
})

test('root fields are counted, in fragments too', () => {
  const many = Array.from({ length: 15 }, (_, i) => `a${i}`).join(' ')
  assert.match(messageOf(`{ ${many} ...F } fragment F on Query { ${many.replaceAll('a', 'b')} }`) ?? '', /20 root fields/)
  assert.match(messageOf(`{ ${Array.from({ length: 21 }, (_, i) => `a${i}`).join(' ')} }`) ?? '', /20 root fields/)
})
