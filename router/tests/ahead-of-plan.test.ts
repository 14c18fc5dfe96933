import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { RefusedOperation } from '../src/operations/invalid-operation.ts'
import { openOperations } from '../src/operations/prepare.ts'
import { buildSchemaState } from '../src/supergraph/schema-state.ts'
import { openWorld } from './world.ts'

const state = buildSchemaState(openWorld().supergraphSdl)
after(() => state[Symbol.asyncDispose]())
let planned = 0
const planner: typeof state.planner = {
  ...state.planner,
  plan(...asked) {
    planned += 1
    return state.planner.plan(...asked)
  },
}
const operations = openOperations({ ...state, planner }, { introspection: false })
const prepare = async (text: string, variables?: Record<string, unknown>) =>
  operations.prepare(text, null, null, false, undefined, variables)

test('what its variables or its cost rule out is not planned', async () => {
  const page = 'query($n: Int!) { reviews(first: $n) { author { id } } }'
  for (const variables of [{}, { n: 'x' }, { n: 101 }, { n: null }, { n: 1, deep: JSON.parse('['.repeat(30) + ']'.repeat(30)) }])
    await assert.rejects(prepare(page, variables), RefusedOperation, JSON.stringify(variables))
  const dear = `query($n: Int!) { ${Array.from({ length: 6 }, (_, i) => `a${i}: reviews(first: $n) { author { id } }`).join(' ')} }`
  await assert.rejects(prepare(dear, { n: 100 }), RefusedOperation)
  await assert.rejects(prepare(dear.replaceAll('$n)', '100)').replace('($n: Int!)', '')), RefusedOperation)
  assert.equal(planned, 0)
})

test('it is for others, and where the variables are not known yet', async () => {
  const page = 'query($n: Int!) { reviews(first: $n) { id } }'
  await assert.rejects(prepare(page, { n: 101 }), RefusedOperation)
  await prepare(page)
  assert.equal(planned, 1)
  await prepare(page, { n: 101 })
  await prepare('query($n: Int!) { reviews(first: $n) { title } }', { n: 10 })
  assert.equal(planned, 2)
})
