import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePlanners } from './plan/compare.ts'

test('both planners plan every operation of the benchmark and of the clients', async () => {
  const samples = await comparePlanners({ rounds: 1, repeats: 1 })
  assert.deepEqual(
    samples.map(({ supergraph, engine }) => `${supergraph} ${engine}`),
    ['benchmark apollo', 'benchmark hive', 'vibely apollo', 'vibely hive'],
  )
  for (const { engine, operations } of samples) {
    assert.ok(operations.length > 0)
    for (const { name, fetches, warmMs } of operations) {
      assert.ok(fetches > 0, `${engine} fetches nothing for ${name}`)
      assert.equal(warmMs.length, 1)
    }
  }
})
