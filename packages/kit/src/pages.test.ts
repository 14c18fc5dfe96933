import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connection, openCursors, pageArgs } from './pages.ts'

const cursors = openCursors('a secret of thirty-two characters')

test('a cursor gives its key back, in its own list only', () => {
  const cursor = cursors.encode('followers:user_1', ['2026-01-01', 7])
  assert.deepEqual(cursors.decode('followers:user_1', cursor), ['2026-01-01', 7])
  assert.throws(() => cursors.decode('followers:user_2', cursor), { code: 'INVALID_CURSOR' })
})

test('a forged or broken cursor is refused', () => {
  const cursor = cursors.encode('list', [1])
  const foreign = openCursors('another secret of thirty-two chars').encode('list', [1])
  for (const text of ['', 'x', '====', foreign, `${cursor}AA`, cursor.slice(2)]) {
    assert.throws(() => cursors.decode('list', text), { code: 'INVALID_CURSOR' }, text)
  }
})

test('page arguments are checked', () => {
  assert.deepEqual(pageArgs({}), { limit: 20, backward: false, cursor: null })
  assert.deepEqual(pageArgs({ last: 5, before: 'c' }), { limit: 5, backward: true, cursor: 'c' })
  for (const wrong of [
    { first: 0 },
    { first: 101 },
    { last: -1 },
    { first: 1, last: 1 },
    { first: 1, before: 'c' },
    { after: 'a', before: 'b' },
  ]) {
    assert.throws(() => pageArgs(wrong), { code: 'BAD_USER_INPUT' })
  }
})

test('a page knows whether more follows, in both directions', () => {
  const cursorOf = (n: number) => `c${n}`
  const forward = connection([1, 2, 3], { limit: 2, backward: false, cursor: null }, cursorOf)
  assert.deepEqual(forward.nodes, [1, 2])
  assert.deepEqual(forward.pageInfo, { hasNextPage: true, hasPreviousPage: false, startCursor: 'c1', endCursor: 'c2' })
  const backward = connection([3, 2, 1], { limit: 2, backward: true, cursor: 'c4' }, cursorOf)
  assert.deepEqual(backward.nodes, [2, 3])
  assert.deepEqual(backward.pageInfo, { hasNextPage: true, hasPreviousPage: true, startCursor: 'c2', endCursor: 'c3' })
  assert.deepEqual(connection([], { limit: 2, backward: false, cursor: null }, cursorOf).pageInfo, {
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: null,
    endCursor: null,
  })
})
