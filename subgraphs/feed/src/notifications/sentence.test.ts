import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asSentence } from './sentence.ts'

test('a sentence has one full stop, whatever the title at its end brings', () => {
  assert.equal(asSentence('Ann reviewed Heat'), 'Ann reviewed Heat.')
  for (const end of ['10,000 B.C.', 'Mamma Mia!', 'What\u2019s Up, Doc?', 'Wait\u2026'])
    assert.equal(asSentence(`Ann reviewed ${end}`), `Ann reviewed ${end}`)
})
