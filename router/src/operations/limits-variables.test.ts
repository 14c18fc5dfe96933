import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenVariableLimit } from './limits-variables.ts'

const of = (variables: Record<string, unknown>) => brokenVariableLimit(variables, { listItems: 10, members: 6, depth: 3 })

test('list items of all variables count together, at any depth', () => {
  assert.equal(of({ a: [1, 2, 3, 4, 5], b: { c: [1, 2, 3, 4, 5] }, d: null, e: 'text' }), null)
  assert.equal(of({ a: [1, 2, 3, 4, 5], b: { c: [1, 2, 3, 4, 5, 6] } })?.code, 'BAD_USER_INPUT')
  assert.match(of({ a: [[1, 2, 3, 4], [1, 2, 3, 4], []] })?.message ?? '', /10 list items/)
})

test('lists and objects in each other are levels', () => {
  assert.equal(of({ a: { b: { c: {} } } })?.message, undefined)
  assert.match(of({ a: { b: [{ c: {} }] } })?.message ?? '', /deeper than 3/)
})

test('members of all objects count together, the variables themselves too', () => {
  assert.equal(of({ a: { b: 1, c: 2 }, d: [{ e: 3 }], f: 4 }), null)
  assert.match(of({ a: { b: 1, c: 2 }, d: [{ e: 3 }], f: { g: 4 } })?.message ?? '', /6 members/)
  assert.match(of({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 })?.message ?? '', /6 members/)
})
