import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { callerOf, gatedSource } from '../../tests/gated-source.ts'
import type { Answer } from '../execution/answer.ts'
import type { Run } from '../execution/run.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import { inFlightOperations } from './in-flight-operations.ts'

const operation = (kind: `${PreparedOperation['kind']}` = 'query') => ({ kind }) as PreparedOperation
const input = (change: Partial<Run> = {}): Run => ({
  operation: query,
  variables: { first: 1 },
  caller: ANONYMOUS,
  signal: new AbortController().signal,
  ...change,
})
const query = operation()

/** Runs stay under way until the test answers them. */
function gatedRuns() {
  const started: { readonly run: Run; answer(data: string): void }[] = []
  const run = inFlightOperations((one) => {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    started.push({ run: one, answer: (data) => resolve({ data, errors: [] }) })
    return promise
  })
  return { started, run }
}

test('the same query under way runs once, and everyone gets its answer', async () => {
  const { started, run } = gatedRuns()
  const answers = [run(input()), run(input()), run(input({ caller: { ...ANONYMOUS, userAgent: 'another' } }))]
  assert.equal(started.length, 1)
  started[0]?.answer('{"a":1}')
  for (const answer of await Promise.all(answers)) assert.deepEqual(answer, { data: '{"a":1}', errors: [] })
  void run(input())
  assert.equal(started.length, 2)
})

test('another operation, mask, variable, person or scope runs by itself', () => {
  const { started, run } = gatedRuns()
  const inputs = [
    {},
    { variables: null },
    { variables: { first: 2 } },
    // The same text with other fields refused is another prepared operation.
    { operation: operation() },
    { caller: callerOf('ada') },
    { caller: callerOf('bob') },
    { caller: callerOf('ada', { scopes: [] }) },
  ]
  for (const change of [...inputs, ...inputs]) void run(input(change))
  assert.equal(started.length, inputs.length)
})

test('mutations and what completes an event run by themselves', () => {
  const { started, run } = gatedRuns()
  for (const change of [{ operation: operation('mutation') }, { operation: operation('subscription') }, { event: gatedSource() }]) {
    void run(input(change))
    void run(input(change))
  }
  assert.equal(started.length, 6)
})

test('after a mutation nobody joins a query that began before it', async () => {
  const { started, run } = gatedRuns()
  const before = run(input())
  const mutation = run(input({ operation: operation('mutation') }))
  started[1]?.answer('{}')
  await mutation
  const after = run(input())
  assert.equal(started.length, 3)
  started[0]?.answer('"old"')
  started[2]?.answer('"new"')
  assert.deepEqual([(await before).data, (await after).data], ['"old"', '"new"'])
})

test('a client that leaves does not end it for the others; the last one does', async () => {
  const { started, run } = gatedRuns()
  const [first, second] = [new AbortController(), new AbortController()]
  const left = run(input({ signal: first.signal }))
  const stayed = run(input({ signal: second.signal }))
  first.abort()
  assert.equal((await left).data, undefined)
  assert.equal(started[0]?.run.signal.aborted, false)
  second.abort()
  assert.equal((await stayed).data, undefined)
  assert.equal(started[0]?.run.signal.aborted, true)
  void run(input())
  assert.equal(started.length, 2)
})
