import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deterministicId, idTime, isId, newId, parseId } from './ids.ts'

test('an id tells its type and when it was made', () => {
  const before = Date.now()
  const id = newId('feed_item')
  assert.equal(parseId(id)?.prefix, 'feed_item')
  assert.ok(isId(id, 'feed_item'))
  assert.ok(!isId(id, 'user'))
  assert.ok(Math.abs((idTime(id)?.getTime() ?? 0) - before) < 60_000)
})

test('what is no id is null, never an error', () => {
  for (const text of ['', 'x', '_', 'user_', 'user_zzzzzzzzzzzzzzzzzzzzzzzzzz', 'user_01h2xcejqtf2nbrexx3vqjhp4', '__proto__']) {
    assert.equal(parseId(text), null, text)
  }
})

test('a seed gives the same id again and another seed another', () => {
  const at = new Date('2020-01-01T00:00:00Z')
  assert.equal(deterministicId('work', 'inception', at), deterministicId('work', 'inception', at))
  assert.notEqual(deterministicId('work', 'inception', at), deterministicId('work', 'interstellar', at))
  assert.equal(idTime(deterministicId('work', 'inception', at))?.getTime(), at.getTime())
  assert.match(parseId(deterministicId('work', 'x', at))?.uuid ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
})
