import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutSuggestion } from './suggestions.ts'

test('what graphql-js suggests is cut off, and nothing else', () => {
  assert.equal(
    withoutSuggestion('Cannot query field "a" on type "B". Did you mean "c", "d", or "e"?'),
    'Cannot query field "a" on type "B".',
  )
  assert.equal(
    withoutSuggestion('Value " Did you mean x? " is wrong. Did you mean the enum value "Y"?'),
    'Value " Did you mean x? " is wrong.',
  )
  for (const message of ['Cannot query field "a".', 'Is this a question?', 'Did you mean " Did you mean ".'])
    assert.equal(withoutSuggestion(message), message)
})

test('a message that quotes millions of such words is read once, not once for each', () => {
  const message = `got "${' Did you mean '.repeat(2_000_000)}".`
  assert.equal(withoutSuggestion(message).length, message.length)
})
