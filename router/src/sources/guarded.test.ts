import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '@vibely/kit/logger'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { guarded } from './guarded.ts'
import { CallerLeft, type Source, SourceFailure, type SubgraphAnswer } from './source.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
const request = { query: '{ a }', variables: {} }
const never = new AbortController().signal

/** Guarded, with a promise for every answer. */
function promising(send: Source['fetch']) {
  const fetch = guarded('a', logger, send)
  return async (...call: Parameters<typeof fetch>): Promise<SubgraphAnswer> => fetch(...call)
}

test('a subgraph that keeps failing is not asked for a while', async () => {
  let asked = 0
  const fetch = promising(async () => {
    asked += 1
    throw new Error('connection refused')
  })
  for (let i = 0; i < 40; i += 1) await assert.rejects(fetch(request, ANONYMOUS, never), { code: 'SUBGRAPH_UNAVAILABLE' })
  assert.ok(asked < 40, `asked ${asked} times`)
})

test('callers who leave do not count as failures', async () => {
  let asked = 0
  const fetch = promising(async () => {
    asked += 1
    return new Promise(() => {})
  })
  for (let i = 0; i < 40; i += 1) {
    const caller = new AbortController()
    const answer = fetch(request, ANONYMOUS, caller.signal)
    caller.abort()
    await assert.rejects(answer, CallerLeft)
  }
  assert.equal(asked, 40)
})

test('more calls than the bulkhead takes are refused, and do not close the subgraph to the next ones', async () => {
  const gate = Promise.withResolvers<void>()
  const fetch = promising(async () => {
    await gate.promise
    return { data: {} }
  })
  const calls = Array.from({ length: 700 }, () => fetch(request, ANONYMOUS, never).catch((error: unknown) => error))
  gate.resolve()
  const answers = await Promise.all(calls)
  assert.equal(answers.filter((answer) => answer instanceof SourceFailure).length, 700 - 512)
  assert.deepEqual(await fetch(request, ANONYMOUS, never), { data: {} })
})

test('what is answered at once is handed on at once, and leaves its place to others', async () => {
  const fetch = guarded('a', logger, () => ({ data: { a: 1 } }))
  for (let i = 0; i < 700; i += 1) assert.deepEqual(fetch(request, ANONYMOUS, never), { data: { a: 1 } })
})

test('what is thrown at once is a failure, and counts as one', async () => {
  let asked = 0
  const fetch = promising(() => {
    asked += 1
    throw new Error('broken')
  })
  for (let i = 0; i < 40; i += 1) await assert.rejects(fetch(request, ANONYMOUS, never), { code: 'SUBGRAPH_UNAVAILABLE' })
  assert.ok(asked < 40, `asked ${asked} times`)
})

test('what waits for a place is answered though others are answered at once', async () => {
  const gate = Promise.withResolvers<SubgraphAnswer>()
  let asked = 0
  const fetch = promising(() => {
    asked += 1
    return asked <= 256 ? gate.promise : { data: { late: true } }
  })
  const first = Array.from({ length: 256 }, () => fetch(request, ANONYMOUS, never))
  const last = fetch(request, ANONYMOUS, never)
  assert.equal(asked, 256)
  gate.resolve({ data: {} })
  await Promise.all(first)
  assert.deepEqual(await last, { data: { late: true } })
})
