import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { uuidv7 } from '../src/ids.ts'
import { openStand } from './backbone/stand.ts'
import { type Change, storeKinds } from './backbone/store.ts'

/** A history of one counter, and an order of delivery in which any event comes one to three times. */
const deliveries = fc
  .array(fc.oneof({ arbitrary: fc.integer({ min: 0, max: 99 }), weight: 3 }, { arbitrary: fc.constant(null), weight: 1 }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((history: Change[]) => {
    const events = history.map((change, i) => ({ change, version: i + 1, eventId: uuidv7() }))
    return fc.array(fc.integer({ min: 1, max: 3 }), { minLength: events.length, maxLength: events.length }).chain((times) => {
      const copies = events.flatMap((event, i) => Array.from({ length: times[i] ?? 1 }, () => event))
      return fc.record({ history: fc.constant(history), order: fc.shuffledSubarray(copies, { minLength: copies.length }) })
    })
  })

for (const kind of storeKinds) {
  describe(`projections on ${kind}`, () => {
    it('end in the same state whatever the order, and each event has one effect', async () => {
      await using stand = await openStand(kind)
      const { store } = stand
      let run = 0
      await fc.assert(
        fc.asyncProperty(deliveries, async ({ history, order }) => {
          run += 1
          const consumer = `consumer-${run}`
          for (const { change, version, eventId } of order) {
            await store.inbox.once(consumer, eventId, (tx) => store.apply(tx, consumer, 'a', version, change))
          }
          assert.deepEqual((await store.copies(consumer)).get('a'), { version: history.length, value: history.at(-1) })
          assert.equal((await store.effects(consumer)).get('a'), history.length)
        }),
        { numRuns: 60 },
      )
    })

    it('count an event once that is delivered ten times at the same moment', async () => {
      await using stand = await openStand(kind)
      const { store } = stand
      const eventId = uuidv7()
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => store.inbox.once('racing', eventId, (tx) => store.apply(tx, 'racing', 'a', 1, 5))),
      )
      assert.deepEqual(outcomes.filter((outcome) => outcome === 'applied').length, 1)
      assert.equal((await store.effects('racing')).get('a'), 1)
    })

    it('forget the event when its effect fails, so that it can come again', async () => {
      await using stand = await openStand(kind)
      const { store } = stand
      const eventId = uuidv7()
      await assert.rejects(
        store.inbox.once('c', eventId, async (tx) => {
          await store.apply(tx, 'c', 'a', 1, 5)
          throw new Error('late failure')
        }),
        /late failure/,
      )
      assert.equal((await store.effects('c')).size, 0)
      assert.equal(await store.inbox.once('c', eventId, (tx) => store.apply(tx, 'c', 'a', 1, 5)), 'applied')
    })
  })
}
