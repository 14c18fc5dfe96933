import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '@vibely/kit/logger'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { guarded } from './guarded.ts'
import { CallerLeft, SourceFailure } from './source.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
const request = { query: '{ a }', variables: {} }
const never = new AbortController().signal

test('a subgraph that keeps failing is not asked for a while', async () => {
  let asked = 0
  const fetch = guarded('a', logger, async () => {
    asked += 1
    throw new Error('connection refused')
  })
  for (let i = 0; i < 40; i += 1) await assert.rejects(fetch(request, ANONYMOUS, never), { code: 'SUBGRAPH_UNAVAILABLE' })
  assert.ok(asked < 40, `asked ${asked} times`)
})

test('callers who leave do not count as failures', async () => {
  let asked = 0
  const fetch = guarded('a', logger, async () => {
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
  const fetch = guarded('a', logger, async () => {
    await gate.promise
    return { data: {} }
  })
  const calls = Array.from({ length: 700 }, () => fetch(request, ANONYMOUS, never).catch((error: unknown) => error))
  gate.resolve()
  const answers = await Promise.all(calls)
  assert.equal(answers.filter((answer) => answer instanceof SourceFailure).length, 700 - 512)
  assert.deepEqual(await fetch(request, ANONYMOUS, never), { data: {} })
})
