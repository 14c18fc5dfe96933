import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { settled } from '@vibely/testkit/settled'
import { startRelay } from '../src/relay.ts'
import { logger, openStand, published, startCopying, versionsOf } from './backbone/stand.ts'
import { storeKinds } from './backbone/store.ts'

// Both stores at once: the time goes by while a store waits for the frozen relay.
describe('a relay that freezes with a batch in hand', { concurrency: true }, () => {
  for (const kind of storeKinds) {
    it(`loses its turn on ${kind}; its late batch changes nothing`, async () => {
      await using stand = await openStand(kind)
      const { store, bus, address } = stand
      await using stack = new AsyncDisposableStack()
      for (let i = 1; i <= 5; i += 1) await store.write('a', i)
      const child = fork(new URL('backbone/relay-process.ts', import.meta.url), [JSON.stringify({ ...address, freeze: true })])
      stack.defer(() => void child.kill('SIGKILL'))
      assert.deepEqual(await once(child, 'message'), ['frozen', undefined])

      stack.use(startRelay({ outbox: store.outbox, bus, logger }))
      stack.use(await startCopying(stand, 'copy'))
      for (let i = 6; i <= 10; i += 1) await store.write('a', i)
      await settled({ namespace: address.namespace, groups: ['copy'] })
      child.kill('SIGCONT')
      await eventually(async () => versionsOf((await published(bus)).get('a') ?? []).length > 10)
      await settled({ namespace: address.namespace, groups: ['copy'] })
      assert.deepEqual(versionsOf((await published(bus)).get('a') ?? []), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5])
      assert.deepEqual((await store.copies('copy')).get('a'), { version: 10, value: 10 })
      assert.equal((await store.effects('copy')).get('a'), 10)
    })
  }
})
