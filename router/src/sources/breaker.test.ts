import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { type Breaker, type Outcome, openBreaker } from './breaker.ts'

function calls(breaker: Breaker, outcome: Outcome, count: number): number {
  let admitted = 0
  for (let call = 0; call < count; call += 1) {
    const leave = breaker.admit()
    if (!leave) continue
    admitted += 1
    breaker.note(leave, outcome)
  }
  return admitted
}

test('it opens at half of twenty calls, not before', () => {
  const few = openBreaker()
  assert.equal(calls(few, 'failed', 19), 19)
  assert.equal(few.admit(), 'regular')

  const most = openBreaker()
  calls(most, 'answered', 11)
  assert.equal(calls(most, 'failed', 10), 10)
  assert.equal(most.admit(), 'regular')
  most.note('regular', 'failed')
  assert.equal(most.admit(), null)
})

test('what says nothing about the other side is not counted', () => {
  const breaker = openBreaker()
  assert.equal(calls(breaker, 'void', 100), 100)
  assert.equal(calls(breaker, 'failed', 40), 20)
})

test('after its rest one call is let through, and decides', async () => {
  const breaker = openBreaker({ restMs: 30 })
  calls(breaker, 'failed', 20)
  assert.equal(breaker.admit(), null)
  await eventually(() => breaker.admit() === 'trial')
  assert.equal(breaker.admit(), null)
  // What was under way when it opened says nothing new.
  breaker.note('regular', 'answered')
  assert.equal(breaker.admit(), null)
  breaker.note('trial', 'failed')
  assert.equal(breaker.admit(), null)

  await eventually(() => breaker.admit() === 'trial')
  breaker.note('trial', 'void')
  assert.equal(breaker.admit(), 'trial')
  breaker.note('trial', 'answered')
  // The failures of before are forgotten.
  assert.equal(calls(breaker, 'failed', 19), 19)
})
