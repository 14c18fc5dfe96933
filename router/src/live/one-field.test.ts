import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FieldNode, Kind, parse, print } from 'graphql'
import { asOneField } from './one-field.ts'

function fieldsOf(text: string): readonly [FieldNode, FieldNode, FieldNode] {
  const [definition] = parse(text).definitions
  assert.ok(definition?.kind === Kind.OPERATION_DEFINITION)
  const [one, other, third] = definition.selectionSet.selections as readonly FieldNode[]
  assert.ok(one && other && third)
  return [one, other, third]
}

test('selections of one field are one that selects all of it, and the same one each time', () => {
  const [one, other, third] = fieldsOf('{ a(b: 1) { c } a(b: 1) { d { e } } a(b: 1) { f } }')
  const all = () => asOneField(asOneField(one, other), third)
  assert.equal(print(all()).replace(/\s+/g, ' '), 'a(b: 1) { c d { e } f }')
  assert.equal(all(), all())
  assert.notEqual(asOneField(one, third), asOneField(one, other))
})

test('a field without selections stays what it is', () => {
  const [one, other] = fieldsOf('{ a a b }')
  assert.equal(asOneField(one, other), one)
})
