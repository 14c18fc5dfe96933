import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { describe, test } from 'node:test'
import type { Answer } from '../../src/execution/answer.ts'
import { compiledExecutor } from '../../src/execution/compiled-executor.ts'
import { stockExecutor } from '../../src/gateway/stock-executor.ts'
import { openOperations } from '../../src/operations/prepare.ts'
import { answerOf, localSources, openState, silent, supergraphOf } from './harness.ts'
import type { Example, Suite } from './suite.ts'

const WAYS = [
  { name: 'stock', engine: 'stock', open: stockExecutor, failing: ({ stockFails }: Example) => stockFails },
  { name: 'compiled', engine: 'apollo', open: compiledExecutor, failing: ({ weFail }: Example) => weFail },
  { name: "compiled, Hive's planner", engine: 'hive', open: compiledExecutor, failing: ({ weFail }: Example) => weFail },
] as const

function check(example: Example, { data, errors }: Answer) {
  assert.equal(data, example.data === undefined ? undefined : JSON.stringify(example.data))
  if (example.data === undefined || example.errors === 'at least one') assert.ok(errors.length > 0, 'no error')
  else assert.deepEqual(errors.map(({ path, message }) => path?.join('.') ?? message).sort(), [...(example.errors ?? [])].sort())
}

const folder = new URL('./suites/', import.meta.url)
for (const file of (await readdir(folder)).sort()) {
  const { suite } = (await import(new URL(file, folder).href)) as { suite: Suite }
  for (const { name, engine, open, failing } of WAYS) {
    describe(`${file.replace('.ts', '')}, ${name}: ${suite.what}`, () => {
      const state = openState(supergraphOf(suite), engine)
      const operations = openOperations(state, { introspection: true })
      for (const example of suite.examples) {
        test(`${example.query.replace(/\s+/g, ' ')} ${JSON.stringify(example.variables ?? example.labels ?? {})}`, async () => {
          const answered = answerOf(state, operations, open(state, localSources(suite), silent), example)
          const fault = failing(example)
          if (fault !== undefined) await assert.rejects(async () => check(example, await answered), `no longer so: ${fault}`)
          else check(example, await answered)
        })
      }
    })
  }
}
