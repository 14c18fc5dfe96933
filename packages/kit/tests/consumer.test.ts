import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { settled } from '@vibely/testkit/settled'
import { discardDeadLetter, listDeadLetters, replayDeadLetters } from '../src/dead-letters.ts'
import { PermanentError } from '../src/errors.ts'
import { event } from '../src/event.ts'
import { startRelay } from '../src/relay.ts'
import { COUNTER_TOPIC, CounterAuditedSchema, CounterChangedSchema } from './backbone/events.ts'
import { logger, openStand, type Stand, startCopying } from './backbone/stand.ts'
import { storeKinds } from './backbone/store.ts'

const headers = (type: string, id: string, version: number) => ({
  ce_id: randomUUID(),
  ce_type: type,
  ce_subject: id,
  ce_time: new Date().toISOString(),
  aggregate_version: String(version),
})
const message = (id: string, version: number, value: number) => ({
  topic: COUNTER_TOPIC,
  key: id,
  value: event(CounterChangedSchema, { value }).payload,
  headers: headers(CounterChangedSchema.typeName, id, version),
})
const done = ({ address }: Stand, groups: string[]) => settled({ namespace: address.namespace, groups })

for (const kind of storeKinds) {
  describe(`consumer on ${kind}`, () => {
    it('applies what the relay publishes, and a repeated message once', async () => {
      await using stand = await openStand(kind)
      const { store, bus } = stand
      await using _relay = startRelay({ outbox: store.outbox, bus, logger })
      await using _consumers = await startCopying(stand, 'copy')
      for (const [id, change] of [
        ['a', 1],
        ['b', 2],
        ['a', 3],
        ['b', null],
      ] as const)
        await store.write(id, change)
      const repeated = message('c', 1, 9)
      for (let i = 0; i < 10; i += 1) await bus.publish([repeated])
      await done(stand, ['copy'])
      assert.deepEqual(Object.fromEntries(await store.copies('copy')), {
        a: { version: 2, value: 3 },
        b: { version: 2, value: null },
        c: { version: 1, value: 9 },
      })
      assert.deepEqual(Object.fromEntries(await store.effects('copy')), { a: 2, b: 2, c: 1 })
    })

    it('skips an unknown type', async () => {
      await using stand = await openStand(kind)
      const { store, bus } = stand
      await using _consumers = await startCopying(stand, 'copy')
      await bus.publish([{ ...message('a', 1, 1), headers: headers(CounterAuditedSchema.typeName, 'a', 1) }, message('a', 2, 2)])
      await done(stand, ['copy'])
      assert.deepEqual((await store.copies('copy')).get('a'), { version: 2, value: 2 })
      assert.deepEqual(await listDeadLetters(bus), [])
    })

    it('sets poison aside at once, goes on, and applies it when it is replayed after the fix', async () => {
      await using stand = await openStand(kind, { partitions: 1 })
      const { store, bus } = stand
      let fixed = false
      const refuse = (id: string) => {
        if (id === 'poison' && !fixed) throw new PermanentError('rule broken')
      }
      await using _consumers = await startCopying(stand, 'copy', refuse)
      await using _other = await startCopying(stand, 'other')
      const poison = message('poison', 1, 7)
      await bus.publish([message('a', 1, 1), poison, message('a', 2, 2)])
      await done(stand, ['copy', 'other'])
      assert.deepEqual((await store.copies('copy')).get('a'), { version: 2, value: 2 })

      const [letter, ...more] = await listDeadLetters(bus)
      assert.ok(letter)
      assert.deepEqual(more, [])
      const { reason, errorClass, originalTopic, originalPartition, originalOffset, key, consumer, attempts, state, eventId } = letter
      assert.deepEqual(
        { reason, errorClass, originalTopic, originalPartition, originalOffset, key, consumer, attempts, state, eventId },
        {
          reason: 'permanent',
          errorClass: 'PermanentError',
          originalTopic: COUNTER_TOPIC,
          originalPartition: 0,
          originalOffset: '1',
          key: 'poison',
          consumer: 'copy',
          attempts: 1,
          state: 'waiting',
          eventId: poison.headers.ce_id,
        },
      )

      fixed = true
      assert.equal((await replayDeadLetters(bus, { all: true, dryRun: true })).length, 1)
      assert.equal((await replayDeadLetters(bus, { id: letter.id })).length, 1)
      await done(stand, ['copy', 'other'])
      assert.deepEqual((await store.copies('copy')).get('poison'), { version: 1, value: 7 })
      assert.equal((await listDeadLetters(bus))[0]?.state, 'replayed')
      assert.deepEqual(await replayDeadLetters(bus, { all: true }), [])
      // A repeat, and another consumer's message, have no effect.
      await replayDeadLetters(bus, { id: letter.id })
      await done(stand, ['copy', 'other'])
      assert.equal((await store.effects('copy')).get('poison'), 1)
      assert.equal((await store.effects('other')).get('poison'), 1)
    })

    it('sets aside what it cannot read', async () => {
      await using stand = await openStand(kind)
      const { store, bus } = stand
      await using _consumers = await startCopying(stand, 'copy')
      await bus.publish([
        { ...message('bytes', 1, 1), value: Buffer.from('not protobuf') },
        { ...message('bare', 1, 1), headers: {} },
        { ...message('gone', 1, 1), value: null },
        message('a', 1, 1),
      ])
      await done(stand, ['copy'])
      assert.deepEqual((await listDeadLetters(bus)).map(({ key }) => key).sort(), ['bare', 'bytes', 'gone'])
      assert.equal((await store.effects('copy')).get('a'), 1)
    })

    it('tries again when a failure passes, and sets aside after three more tries', async () => {
      await using stand = await openStand(kind)
      const { store, bus } = stand
      const tries = { passing: 0, lasting: 0 }
      await using _consumers = await startCopying(stand, 'copy', (id) => {
        if (id === 'passing' && ++tries.passing <= 2) throw new Error('hiccup')
        if (id === 'lasting' && ++tries.lasting) throw new TypeError('bug')
      })
      await bus.publish([message('passing', 1, 1), message('lasting', 1, 1)])
      await done(stand, ['copy'])
      assert.deepEqual(tries, { passing: 3, lasting: 4 })
      assert.equal((await store.effects('copy')).get('passing'), 1)
      const [letter] = await listDeadLetters(bus, { errorClass: 'TypeError' })
      assert.equal(letter?.attempts, 4)
      assert.equal(letter?.reason, 'retries exhausted')
      await discardDeadLetter(bus, { id: letter?.id ?? '', reason: 'a test' })
      assert.deepEqual(
        (await listDeadLetters(bus)).map(({ state }) => state),
        ['discarded'],
      )
      assert.deepEqual(await replayDeadLetters(bus, { all: true }), [])
    })

    it('finishes the message in hand when it is closed, and goes on behind it', async () => {
      await using stand = await openStand(kind, { partitions: 1 })
      const { store, bus } = stand
      const started = Promise.withResolvers<void>()
      const goOn = Promise.withResolvers<void>()
      const first = await startCopying(stand, 'copy', async () => {
        started.resolve()
        await goOn.promise
      })
      await bus.publish([message('a', 1, 1), message('a', 2, 2)])
      await started.promise
      const closed = first[Symbol.asyncDispose]()
      goOn.resolve()
      await closed
      assert.deepEqual((await store.effects('copy')).get('a'), 1)
      const seen: number[] = []
      await using _second = await startCopying(stand, 'copy', (_, version) => void seen.push(version))
      await eventually(async () => (await store.effects('copy')).get('a') === 2)
      assert.deepEqual(seen, [2])
    })
  })
}
