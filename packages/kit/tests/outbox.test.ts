import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { withCause } from '../src/cause.ts'
import { startRelay } from '../src/relay.ts'
import { logger, openStand, openStore, published, versionsOf } from './backbone/stand.ts'
import { storeKinds } from './backbone/store.ts'

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

for (const kind of storeKinds) {
  describe(`outbox and relay on ${kind}`, () => {
    it('publishes what concurrent writers wrote, once and in the order of the versions', async () => {
      await using stand = await openStand(kind)
      const { store, bus, address } = stand
      await using second = await openStore(address)
      await using _relay = startRelay({ outbox: store.outbox, bus, logger })
      await using _other = startRelay({ outbox: second.outbox, bus, logger })
      const ids = ['a', 'b', 'c', 'd']
      const versions = await Promise.all(range(120).map((i) => store.write(ids[i % ids.length] ?? '', i)))
      assert.deepEqual(
        versions.filter((_, i) => i % ids.length === 0).sort((x, y) => x - y),
        range(30).map((i) => i + 1),
      )

      await eventually(async () => (await store.outbox.pending()).count === 0)
      const byId = await published(bus)
      assert.deepEqual([...byId.keys()].sort(), ids)
      for (const messages of byId.values())
        assert.deepEqual(
          versionsOf(messages),
          range(30).map((i) => i + 1),
        )
    })

    it('keeps the event out when its transaction fails', async () => {
      await using stand = await openStand(kind)
      const { store } = stand
      await assert.rejects(store.writeAndFail('a', 1), /after the append/)
      assert.equal((await store.outbox.pending()).count, 0)
      assert.equal(await store.write('a', 2), 1)
    })

    it('puts the CloudEvents headers, the version and the cause on the message', async () => {
      await using stand = await openStand(kind)
      const { store, bus } = stand
      await withCause({ actor: 'user_1', correlationId: 'request-1', causationId: 'request-1' }, () => store.write('a', 7))
      await using relay = startRelay({ outbox: store.outbox, bus, logger })
      relay.wake()
      await eventually(async () => (await store.outbox.pending()).count === 0)
      const [message] = (await published(bus)).get('a') ?? []
      assert.ok(message)
      const { ce_id, ce_time, ...rest } = message.headers
      assert.match(ce_id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
      assert.ok(Math.abs(Date.parse(ce_time ?? '') - Date.now()) < 60_000)
      assert.deepEqual(rest, {
        ce_specversion: '1.0',
        'content-type': 'application/protobuf',
        ce_type: 'kit.v1.CounterChanged',
        ce_source: '/kit',
        ce_subject: 'a',
        aggregate_version: '1',
        actor: 'user_1',
        correlation_id: 'request-1',
        causation_id: 'request-1',
      })
    })

    it('publishes again what was not acknowledged', async () => {
      await using stand = await openStand(kind)
      const { store, bus } = stand
      await store.write('a', 1)
      await assert.rejects(
        store.outbox.publishNext(10, async () => {
          throw new Error('no broker')
        }),
        /no broker/,
      )
      assert.equal((await store.outbox.pending()).count, 1)
      await using _relay = startRelay({ outbox: store.outbox, bus, logger })
      await eventually(async () => (await store.outbox.pending()).count === 0)
      assert.equal((await published(bus)).get('a')?.length, 1)
    })

    it('gives the lock to another relay when the first one is closed', async () => {
      await using stand = await openStand(kind)
      const { store, bus, address } = stand
      await using second = await openStore(address)
      await store.write('a', 1)
      await using first = startRelay({ outbox: store.outbox, bus, logger })
      await eventually(async () => (await store.outbox.pending()).count === 0)
      await using _standby = startRelay({ outbox: second.outbox, bus, logger })
      await first[Symbol.asyncDispose]()
      await store.write('a', 2)
      await eventually(async () => (await store.outbox.pending()).count === 0)
      assert.deepEqual(versionsOf((await published(bus)).get('a') ?? []), [1, 2])
    })
  })
}
