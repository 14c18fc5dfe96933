import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Viewer } from '@vibely/kit/viewer'
import { channelsOf } from './channels.ts'
import { eventQueue, QUEUE_LIMIT } from './queue.ts'
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

test('a queue hands out in order, also to who waits already', async () => {
  const queue = eventQueue<number>()
  const waiting = queue.next()
  for (const event of [1, 2, 3]) queue.push(event, 1)
  assert.deepEqual([await waiting, await queue.next(), await queue.next()], [1, 2, 3])
  const last = queue.next()
  queue.close()
  assert.equal(await last, null)
  assert.equal(await queue.next(), null)
})

test('a queue takes 500 events or 1 MB, and says when one does not fit', () => {
  const many = eventQueue<number>()
  for (let i = 0; i < QUEUE_LIMIT.events; i += 1) assert.equal(many.push(i, 1), true)
  assert.equal(many.push(0, 1), false)
  const large = eventQueue<number>()
  assert.equal(large.push(0, QUEUE_LIMIT.bytes), true)
  assert.equal(large.push(1, 1), false)
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
