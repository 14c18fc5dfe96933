import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { callerOf, gatedSource } from '../../tests/gated-source.ts'
import { inFlight } from './in-flight.ts'
import { CallerLeft, SourceFailure, type SubgraphRequest } from './source.ts'

const read: SubgraphRequest = { query: '{ a }', variables: { first: 1 } }
const stays = () => new AbortController().signal

test('the same reads under way are one fetch, and all know that they hold the same answer', async () => {
  const gated = gatedSource()
  const source = inFlight(gated)
  const answers = [ANONYMOUS, { ...ANONYMOUS, ip: '203.0.113.9' }, ANONYMOUS].map((caller) => source.fetch({ ...read }, caller, stays()))
  assert.equal(gated.asked.length, 1)
  gated.asked[0]?.answer({ data: { a: 1 } })
  assert.deepEqual(await Promise.all(answers), Array(3).fill({ data: { a: 1 }, shared: true }))

  const later = source.fetch(read, ANONYMOUS, stays())
  assert.equal(gated.asked.length, 2)
  gated.asked[1]?.answer({ data: { a: 2 } })
  assert.deepEqual(await later, { data: { a: 2 } })
})

test('whatever differs in request or identity is a fetch of its own', () => {
  const gated = gatedSource()
  const source = inFlight(gated)
  const ada = callerOf('ada')
  const different: readonly (readonly [SubgraphRequest, Caller])[] = [
    [read, ANONYMOUS],
    [read, ada],
    [read, callerOf('bob', { sessionId: ada.viewer?.sessionId ?? null })],
    [read, callerOf('ada', { sessionId: 'another' })],
    [read, callerOf('ada', { scopes: ['read', 'write'] })],
    [read, callerOf('ada', { roles: ['ADMIN'] })],
    [read, callerOf('ada', { facts: ['verified_email'] })],
    [{ ...read, query: '{ b }' }, ada],
    [{ ...read, operationName: 'A' }, ada],
    [{ ...read, variables: { first: 2 } }, ada],
    [{ ...read, variables: {} }, ada],
    [{ ...read, representations: ['{"id":"1"}', '{"id":"2"}'] }, ada],
    [{ ...read, representations: ['{"id":"1"}'] }, ada],
    [{ ...read, asOf: 'cursor 1' }, ada],
  ]
  for (const [request, caller] of different) void source.fetch(request, caller, stays())
  assert.equal(gated.asked.length, different.length)
  for (const [request, caller] of different) void source.fetch(request, caller, stays())
  assert.equal(gated.asked.length, different.length)
})

test('writes are never joined, and after one nobody joins a read that began before it', async () => {
  const gated = gatedSource()
  const source = inFlight(gated)
  const write: SubgraphRequest = { query: 'mutation { a }', variables: {} }
  const before = source.fetch(read, ANONYMOUS, stays())
  const writes = [source.fetch(write, ANONYMOUS, stays()), source.fetch(write, ANONYMOUS, stays())]
  assert.equal(gated.asked.length, 3)
  gated.asked[1]?.answer({ data: { a: 'new' } })
  gated.asked[2]?.fail(new SourceFailure('DEADLINE_EXCEEDED'))
  await Promise.allSettled(writes)

  const after = [source.fetch(read, ANONYMOUS, stays()), source.fetch(read, ANONYMOUS, stays())]
  assert.equal(gated.asked.length, 4)
  // That the old read ends changes nothing for the new one.
  gated.asked[0]?.answer({ data: { a: 'old' } })
  assert.deepEqual(await before, { data: { a: 'old' } })
  after.push(source.fetch(read, ANONYMOUS, stays()))
  assert.equal(gated.asked.length, 4)
  gated.asked[3]?.answer({ data: { a: 'new' } })
  for (const answer of await Promise.all(after)) assert.deepEqual(answer.data, { a: 'new' })
})

test('who leaves does not disturb the others; when the last has left the fetch is cancelled and nobody joins it', async () => {
  const gated = gatedSource()
  const source = inFlight(gated)
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()]
  const one = source.fetch(read, ANONYMOUS, first.signal)
  const two = source.fetch(read, ANONYMOUS, second.signal)
  first.abort()
  await assert.rejects(async () => one, CallerLeft)
  assert.equal(gated.asked[0]?.signal.aborted, false)
  gated.asked[0]?.answer({ data: { a: 1 } })
  assert.deepEqual((await two).data, { a: 1 })

  const alone = source.fetch(read, ANONYMOUS, third.signal)
  third.abort()
  await assert.rejects(async () => alone, CallerLeft)
  assert.equal(gated.asked[1]?.signal.aborted, true)
  const next = source.fetch(read, ANONYMOUS, stays())
  gated.asked[1]?.fail(new CallerLeft())
  assert.equal(gated.asked.length, 3)
  gated.asked[2]?.answer({ data: { a: 2 } })
  assert.deepEqual(await next, { data: { a: 2 } })
})

test('a failure reaches all who wait, and the next one asks again', async () => {
  const gated = gatedSource()
  const source = inFlight(gated)
  const all = [source.fetch(read, ANONYMOUS, stays()), source.fetch(read, ANONYMOUS, stays())]
  gated.asked[0]?.fail(new SourceFailure('SUBGRAPH_UNAVAILABLE'))
  for (const one of all) await assert.rejects(async () => one, { code: 'SUBGRAPH_UNAVAILABLE' })
  void source.fetch(read, ANONYMOUS, stays())
  assert.equal(gated.asked.length, 2)
})
