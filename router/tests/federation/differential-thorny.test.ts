import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import process from 'node:process'
import { describe, test } from 'node:test'
import { compiledExecutor } from '../../src/execution/compiled-executor.ts'
import { compareExecutors } from './differential.ts'
import { openState, supergraphOf } from './harness.ts'
import type { Suite } from './suite.ts'

/** Operations for each supergraph, as in `differential.test.ts`. A process of its own: some take the planner hundreds of megabytes. */
const COUNT = Number(process.env.DIFFERENTIAL_OPERATIONS ?? 3)
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 2000)
const seeds = Array.from({ length: COUNT }, (_, index) => SEED + index)

const folder = new URL('./suites/', import.meta.url)
/** Beyond the planner, planned otherwise by each (also where a hash is another member of a union to each subgraph), or with more plans than there is memory for. */
const LEFT_OUT = new Set([
  'non-resolvable-interface-object.ts',
  'unreachable-fields.ts',
  'federation-1.ts',
  'partial-unions.ts',
  'shared-root.ts',
  'interface-object.ts',
  'interface-object-indirect.ts',
])
const files = (await readdir(folder)).filter((file) => !LEFT_OUT.has(file)).sort()

describe('both planners plan thorny operations as they say with their conditions decided', () => {
  for (const file of files) {
    test(file, async () => {
      const { suite } = (await import(new URL(file, folder).href)) as { suite: Suite }
      const supergraph = supergraphOf(suite)
      const state = openState(supergraph)
      const executors = { left: compiledExecutor, right: compiledExecutor, thorny: true }
      const { operations } = await compareExecutors({ ...executors, state, rightState: openState(supergraph, 'hive') }, seeds, false)
      await compareExecutors({ ...executors, state }, seeds, false)
      assert.equal(operations, seeds.length)
    })
  }
})
