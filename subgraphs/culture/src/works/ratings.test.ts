import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketOf } from './ratings.ts'

test('ten points make a bucket, and its upper end belongs to it', () => {
  assert.deepEqual([1, 10, 11, 50, 51, 91, 100].map(bucketOf), [0, 0, 1, 4, 5, 9, 9])
})
