import assert from 'node:assert/strict'
import { test } from 'node:test'
import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import { GraphQLError } from 'graphql'
import { replyTo } from './answer-exchange.ts'

v8.setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options: { type: 'minor' | 'major' }) => void

test('what a reply leads to goes with the young objects', () => {
  const reply = () => {
    const error = new GraphQLError('No.', { extensions: { code: 'BAD_REQUEST' } })
    // As an error leads to its document.
    Object.assign(error, { document: Array.from({ length: 5_000 }, (_, index) => ({ index })) })
    return replyTo('application/json', { data: undefined, errors: [error] }).text().length
  }
  const used = () => v8.getHeapStatistics().used_heap_size
  assert.ok(reply() > 0)
  gc({ type: 'major' })
  const before = used()
  for (let turn = 0; turn < 100; turn++) {
    reply()
    gc({ type: 'minor' })
  }
  gc({ type: 'minor' })
  // A hundred documents are 20 MB.
  assert.ok(used() - before < 2_000_000, `${used() - before} bytes are left`)
})
