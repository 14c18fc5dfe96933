import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { eventually } from '@vibely/testkit/eventually'
import type { Answer } from '../execution/answer.ts'
import type { Run } from '../execution/run.ts'
import { beginInTurn } from './begin-in-turn.ts'
import type { PreparedOperation } from './prepare.ts'

const AT_ONCE = 4
const large = `"${'x'.repeat(20_000)}"`

/** Runs stay under way until the test answers them. */
function gatedRuns() {
  const begun: { readonly run: Run; answer(data: string, later?: Answer['later']): void; fail(): void }[] = []
  const run = beginInTurn((one) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    begun.push({
      run: one,
      answer: (data, later) => resolve({ data, errors: [], ...(later && { later }) }),
      fail: () => reject(new Error('no')),
    })
    return promise
  })
  return { begun, run }
}

const inputOf = (operation: PreparedOperation, signal = new AbortController().signal): Run => ({
  operation,
  variables: null,
  caller: ANONYMOUS,
  signal,
})
const operation = () => ({ kind: 'query' }) as PreparedOperation

/** Leaves the event loop no time to spare for long enough that it would have been noticed. */
async function keepBusy(): Promise<void> {
  let over = false
  const end = delay(50).then(() => {
    over = true
  })
  while (!over) await nextTurn()
  await end
}

test('while the process is busy a few with large answers are under way, and another begins as one ends', async () => {
  const { begun, run } = gatedRuns()
  const runs = Array.from({ length: AT_ONCE + 3 }, () => run(inputOf(operation())))
  await keepBusy()
  assert.equal(begun.length, AT_ONCE)
  begun[0]?.answer(large)
  await runs[0]
  begun[1]?.fail()
  await assert.rejects(async () => runs[1])
  assert.equal(begun.length, AT_ONCE + 2)
  for (const one of begun) one.answer(large)
  await eventually(() => begun.length === runs.length)
  begun.at(-1)?.answer('1')
  assert.deepEqual(await runs.at(-1), { data: '1', errors: [] })
})

test('all begin while the process has time to spare, however long those under way take', async () => {
  const { begun, run } = gatedRuns()
  const runs = Array.from({ length: 3 * AT_ONCE }, () => run(inputOf(operation())))
  await eventually(() => begun.length === runs.length)
  for (const one of begun) one.answer(large)
  await Promise.all(runs)
})

test('an operation with small answers never waits', async () => {
  const { begun, run } = gatedRuns()
  const small = operation()
  const first = run(inputOf(small))
  begun[0]?.answer('{"a":1}')
  await first
  for (let count = 0; count < AT_ONCE + 1; count++) void run(inputOf(operation()))
  const before = begun.length
  assert.equal(before, 1 + AT_ONCE)
  void run(inputOf(small))
  assert.equal(begun.length, before + 1)
})

test('who leaves takes the run along, whether it waited or not', async () => {
  const { begun, run } = gatedRuns()
  const leaving = new AbortController()
  for (let count = 0; count < AT_ONCE; count++) void run(inputOf(operation()))
  void run(inputOf(operation(), leaving.signal))
  await eventually(() => begun.length === AT_ONCE + 1)
  assert.equal(begun.at(-1)?.run.signal.aborted, false)
  leaving.abort()
  assert.equal(begun.at(-1)?.run.signal.aborted, true)
  const gone = new AbortController()
  void run(inputOf(operation(), gone.signal))
  gone.abort()
  await eventually(() => begun.length === AT_ONCE + 2)
  assert.equal(begun.at(-1)?.run.signal.aborted, true)
})

test('who leaves after the first part takes what was deferred along, though the run had waited', async () => {
  const { begun, run } = gatedRuns()
  const leaving = new AbortController()
  for (let count = 0; count < AT_ONCE; count++) void run(inputOf(operation()))
  const inParts = run(inputOf(operation(), leaving.signal))
  await eventually(() => begun.length === AT_ONCE + 1)
  begun.at(-1)?.answer(large, (async function* () {})())
  await inParts
  assert.equal(begun.at(-1)?.run.signal.aborted, false)
  leaving.abort()
  assert.equal(begun.at(-1)?.run.signal.aborted, true)
})

test('what is answered at once is handed on at once', () => {
  const run = beginInTurn(() => ({ data: large, errors: [] }))
  assert.deepEqual(run(inputOf(operation())), { data: large, errors: [] })
})
