import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whileRecent } from './recent-authentication.ts'

const viewer = { id: 'user_1', sessionId: 'session_1', roles: [], scopes: [], facts: ['verified_email'] }

test('the fact ends ten minutes after the sign-in, on the same viewer', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000_000 })
  const signedIn = whileRecent(viewer, 1_000_000)
  assert.deepEqual(signedIn.facts, ['verified_email', 'recent_authentication'])
  context.mock.timers.tick(599_999)
  assert.deepEqual(signedIn.facts, ['verified_email', 'recent_authentication'])
  context.mock.timers.tick(1)
  assert.deepEqual(signedIn.facts, ['verified_email'])
})

test('a token that does not tell when the password was proved gives no such fact', () => {
  assert.deepEqual(whileRecent(viewer, undefined).facts, ['verified_email'])
  assert.deepEqual(whileRecent(viewer, 'now').facts, ['verified_email'])
})
