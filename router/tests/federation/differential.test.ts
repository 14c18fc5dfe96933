import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import process from 'node:process'
import { describe, test } from 'node:test'
import { isAbstractType } from 'graphql'
import { compiledExecutor } from '../../src/execution/compiled-executor.ts'
import { stockExecutor } from '../../src/gateway/stock-executor.ts'
import { committedSupergraph } from '../../src/supergraph/committed.ts'
import { compareExecutors } from './differential.ts'
import { type ExecutorFactory, openState, supergraphOf } from './harness.ts'
import type { Suite } from './suite.ts'

/** Operations for each supergraph; many more with DIFFERENTIAL_OPERATIONS, from another seed with DIFFERENTIAL_SEED. */
const COUNT = Number(process.env.DIFFERENTIAL_OPERATIONS ?? 12)
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1)
const seeds = Array.from({ length: COUNT }, (_, index) => SEED + index)

const OWN = 'our own supergraph'
const folder = new URL('./suites/', import.meta.url)
const files = (await readdir(folder)).sort()
const supergraphs = new Map([[OWN, committedSupergraph]])
for (const file of files) {
  const { suite } = (await import(new URL(file, folder).href)) as { suite: Suite }
  supergraphs.set(file, async () => supergraphOf(suite))
}

/**
 * Apollo's executor lets a subgraph that knows an interface as an object overwrite the type of an entity with the interface's name.
 * Without a name in the answer it keeps the one that it has.
 */
const oracle: ExecutorFactory = (state, sources, logger) =>
  stockExecutor(
    state,
    sources.map((source) => ({
      ...source,
      async fetch(request, caller, signal) {
        const answer = await source.fetch(request, caller, signal)
        const entities = Array.isArray(answer.data?._entities) ? (answer.data._entities as ({ __typename?: string } | null)[]) : []
        for (const entity of entities)
          if (entity && isAbstractType(state.supergraphSchema.getType(entity.__typename ?? ''))) delete entity.__typename
        return answer
      },
    })),
    logger,
  )

// Queries for an interface that nothing implements, and fields that nobody gives, are beyond the planner; contexts are beyond the stock executor.
for (const file of ['non-resolvable-interface-object.ts', 'unreachable-fields.ts', 'context.ts']) supergraphs.delete(file)
/** Where an operation has so many plans that the planner takes a second for each, there are fewer operations. */
const DEARLY_PLANNED = new Set(['shared-root.ts', 'interface-object-indirect.ts'])
/** Seeds that once showed a fault. */
const FOUND: Readonly<Record<string, readonly number[]>> = {
  'interface-object.ts': [7008],
  'requires-interface.ts': [20016],
  'compound-keys.ts': [40587],
  'include-skip.ts': [41051],
  'parent-entity-call.ts': [60643],
  'typename.ts': [60225],
  'child-type-mismatch.ts': [30138],
}
/** A field that requires what is provided may come with it or behind it: the hashes are of what it was given. */
const PLANNED_OTHERWISE = new Set(['federation-1.ts'])

describe('the compiled executor answers random operations as the stock one does', () => {
  for (const [name, read] of supergraphs) {
    test(name, async () => {
      const supergraph = await read()
      const state = openState(supergraph)
      const between = { state, left: oracle, right: compiledExecutor }
      const fresh = DEARLY_PLANNED.has(name) ? seeds.slice(0, Math.ceil(COUNT / 5)) : seeds
      const own = [...(FOUND[name] ?? []), ...fresh]
      const sound = await compareExecutors(between, own, false)
      const broken = await compareExecutors(between, own, true)
      assert.equal(sound.operations + broken.operations, 2 * own.length)
      // Plans differ, and so do the requests that faults hang on: without faults the answers are the same.
      if (PLANNED_OTHERWISE.has(name)) return
      const planners = { state, left: compiledExecutor, right: compiledExecutor, rightState: openState(supergraph, 'hive') }
      await compareExecutors(planners, own.slice(0, Math.ceil(own.length / 2)), false)
      if (name === OWN) assert.ok(broken.errors > 0, 'the faults showed nowhere')
    })
  }
})
