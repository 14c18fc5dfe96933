import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { budgetOwner } from './budget-owner.ts'

const of = (ip: string | null) => budgetOwner({ ...ANONYMOUS, ip })

test('all addresses of one IPv6 network are one owner', () => {
  assert.equal(of('2001:db8:1:2:3:4:5:6'), of('2001:0db8:1:2::9'))
  assert.notEqual(of('2001:db8:1:2::1'), of('2001:db8:1:3::1'))
  assert.equal(of('2001:db8::1'), of('2001:db8::2:0:0:1'))
  assert.equal(of('fe80::1%eth0'), of('fe80::2'))
})

test('an IPv4 address is an owner, also inside IPv6', () => {
  assert.equal(of('203.0.113.9'), of('::ffff:203.0.113.9'))
  assert.notEqual(of('203.0.113.9'), of('203.0.113.10'))
  assert.equal(of(null), of(null))
})

test('a user owns one budget wherever he is', () => {
  const viewer = { id: 'user_1', sessionId: null, roles: [], scopes: [], facts: [] }
  assert.equal(budgetOwner({ ...ANONYMOUS, viewer, ip: '203.0.113.9' }), budgetOwner({ ...ANONYMOUS, viewer, ip: null }))
  assert.notEqual(budgetOwner({ ...ANONYMOUS, viewer }), of(null))
})
