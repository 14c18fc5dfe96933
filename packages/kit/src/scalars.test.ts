import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DateTime, URLScalar } from './scalars.ts'

test('an instant leaves in UTC with milliseconds, whatever its zone was', () => {
  assert.equal(DateTime.serialize(DateTime.parseValue('2027-01-31T19:05:00+01:00')), '2027-01-31T18:05:00.000Z')
  for (const wrong of ['2027-01-31', 'tomorrow', '2027-13-01T00:00:00Z', 7, null]) {
    assert.throws(() => DateTime.parseValue(wrong), /RFC 3339/)
  }
})

test('an address must be https', () => {
  assert.equal(URLScalar.parseValue('https://example.org/a'), 'https://example.org/a')
  for (const wrong of ['http://example.org', 'javascript:alert(1)', '/relative', 1]) assert.throws(() => URLScalar.parseValue(wrong))
})
