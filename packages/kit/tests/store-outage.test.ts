import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { settled } from '@vibely/testkit/settled'
import { openTcpProxy } from '@vibely/testkit/tcp-proxy'
import { listDeadLetters } from '../src/dead-letters.ts'
import { InfrastructureError } from '../src/errors.ts'
import { startRelay } from '../src/relay.ts'
import { logger, openStand, openStore, startCopying } from './backbone/stand.ts'
import { storeKinds } from './backbone/store.ts'

for (const kind of storeKinds) {
  describe(`outage of ${kind}`, () => {
    it('pauses the consumer; it resumes by itself, with no dead letter and every effect once', async () => {
      await using stand = await openStand(kind)
      const { store, bus, address } = stand
      await using proxy = await openTcpProxy(address.url)
      const around = new URL(proxy.url)
      // A replica set's client goes to the addresses that the set names, past the proxy.
      around.search = kind === 'mongo' ? '?directConnection=true' : ''
      await using cutOff = await openStore({ ...address, url: around.href })
      await using _relay = startRelay({ outbox: store.outbox, bus, logger })
      const kinds = new Set<unknown>()
      const classify = (error: unknown) => {
        const failure = cutOff.inbox.classify(error)
        kinds.add(failure)
        return failure
      }
      await using _consumers = await startCopying({ store: { ...cutOff, inbox: { ...cutOff.inbox, classify } }, bus }, 'copy')

      await store.write('a', 1)
      await eventually(async () => (await store.effects('copy')).get('a') === 1)
      proxy.cut()
      for (let i = 2; i <= 20; i += 1) await store.write('a', i)
      await assert.rejects(async () => cutOff.inbox.probe())
      await eventually(() => kinds.has('infrastructure'))
      proxy.mend()
      await settled({ namespace: address.namespace, groups: ['copy'], withinMs: 40_000 })
      assert.deepEqual((await store.copies('copy')).get('a'), { version: 20, value: 20 })
      assert.equal((await store.effects('copy')).get('a'), 20)
      assert.deepEqual(await listDeadLetters(bus), [])
      assert.deepEqual([...kinds], ['infrastructure'])
    })

    it('holds back one partition while its effect lacks something, and no other', async () => {
      await using stand = await openStand(kind)
      const { store, bus, address } = stand
      await using _relay = startRelay({ outbox: store.outbox, bus, logger })
      let keyMissing = true
      await using _consumers = await startCopying(stand, 'copy', (id) => {
        if (id === 'sealed' && keyMissing) throw new InfrastructureError('no key')
      })
      const others = ['a', 'b', 'c', 'd', 'e', 'f']
      for (const id of ['sealed', ...others]) await store.write(id, 1)
      await eventually(async () => (await store.effects('copy')).size >= 3)
      assert.equal((await store.effects('copy')).has('sealed'), false)
      keyMissing = false
      await settled({ namespace: address.namespace, groups: ['copy'] })
      assert.equal((await store.effects('copy')).size, 7)
      assert.deepEqual(await listDeadLetters(bus), [])
    })
  })
}
