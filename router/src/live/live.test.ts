import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Viewer } from '@vibely/kit/viewer'
import { channelsOf } from './channels.ts'
import { BACKLOG_LIMIT, emptyBacklog, resultQueue } from './queue.ts'
import type { LiveResult } from './result.ts'
import { streamCursors } from './stream-cursor.ts'

const viewer: Viewer = { id: 'user_1', sessionId: 's', roles: [], scopes: [], facts: [] }

test('a channel takes the viewer and the arguments, a list one channel for each element', () => {
  assert.deepEqual(channelsOf('home:{viewer.id}', viewer, {}), ['home:user_1'])
  assert.deepEqual(channelsOf('operation:{viewer.id}:{args.id}', viewer, { id: 'o' }), ['operation:user_1:o'])
  assert.deepEqual(channelsOf('presence:{args.userIds}', null, { userIds: ['a', 'b', 'a'] }), ['presence:a', 'presence:b'])
})

test('a channel is refused without the viewer or the argument that it needs', () => {
  assert.throws(() => channelsOf('home:{viewer.id}', null, {}), { code: 'UNAUTHENTICATED' })
  for (const id of [undefined, null, '', 'a:b', {}, []])
    assert.throws(() => channelsOf('x:{args.id}', viewer, { id }), { code: 'BAD_USER_INPUT' })
})

const result = (text: string, key: string | null = null): LiveResult => ({ json: Buffer.from(text), cursor: null, key })

test('a queue takes 500 results or 1 MB, over all queues of a client, and says when one does not fit', () => {
  const backlog = emptyBacklog()
  const first = resultQueue(backlog)
  const second = resultQueue(backlog)
  for (let i = 0; i < BACKLOG_LIMIT.events; i += 1) assert.equal((i % 2 ? first : second).push(result(`${i}`), 0), true)
  assert.equal(first.push(result('x'), 0), false)
  assert.equal(String(first.shift()?.json), '1')
  assert.equal(second.push(result('x'), 0), true)
  first.clear()
  second.clear()
  assert.deepEqual(backlog, { events: 0, bytes: 0 })
  assert.equal(first.push(result('x'.repeat(BACKLOG_LIMIT.bytes)), 0), true)
  assert.equal(second.push(result('x'), 0), false)
})

test('what waits in the socket counts too', () => {
  assert.equal(resultQueue(emptyBacklog()).push(result('x'), BACKLOG_LIMIT.bytes), false)
})

test('of results with the same key the latest waits, in the place of the others no longer', () => {
  const queue = resultQueue(emptyBacklog())
  for (let i = 0; i < 2_000; i += 1) assert.equal(queue.push(result(`a${i}`, 'a'), 0), true)
  queue.push(result('b', 'b'), 0)
  queue.push(result('a', 'a'), 0)
  assert.deepEqual([String(queue.shift()?.json), String(queue.shift()?.json), queue.shift()], ['b', 'a', undefined])
})

test('a cursor holds its place, for its channel alone', () => {
  const cursors = streamCursors('a secret of more than thirty-two characters')
  const place = { epoch: 'e', seq: 7 }
  const cursor = cursors.encode('a', place)
  assert.deepEqual(cursors.decode('a', cursor), place)
  for (const [channel, given] of [
    ['b', cursor],
    ['a', `${cursor.slice(0, -2)}xx`],
    ['a', ''],
    ['a', 'x'],
  ] as const) {
    assert.throws(() => cursors.decode(channel, given), { code: 'INVALID_CURSOR' })
  }
})
