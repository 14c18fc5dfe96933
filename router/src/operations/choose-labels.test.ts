import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelChooser } from './choose-labels.ts'

test('a percentage holds for that part of the requests, any other label while it is on', () => {
  const labels = ['beta', 'gamma', 'percent(0)', 'percent(12.5)', 'percent(100)']
  const at = (drawn: number) => labelChooser(labels, ['beta', 'unknown'], () => drawn)()
  assert.deepEqual(at(0), ['beta', 'percent(12.5)', 'percent(100)'])
  assert.deepEqual(at(0.124), ['beta', 'percent(12.5)', 'percent(100)'])
  assert.deepEqual(at(0.125), ['beta', 'percent(100)'])
  assert.deepEqual(at(0.999), ['beta', 'percent(100)'])
})

test('requests are drawn one by one', () => {
  const choose = labelChooser(['percent(50)'], [])
  const held = Array.from({ length: 1_000 }, () => choose().length)
  assert.ok(held.includes(0) && held.includes(1))
})
