import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@vibely/testkit/eventually'
import { settled } from '@vibely/testkit/settled'
import { listDeadLetters } from '../src/dead-letters.ts'
import { startVictim, type Victim } from './backbone/process.ts'
import { openStand, published, versionsOf } from './backbone/stand.ts'
import { storeKinds } from './backbone/store.ts'

const DEATHS = ['before effect', 'before commit', 'after commit']
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const ROUNDS = 100
const RELAY_KILLS = 3

// Both stores at once: most of the time goes by while the broker waits for dead group members.
describe('kill -9', { concurrency: true }, () => {
  for (const kind of storeKinds) {
    it(`of relays and consumers on ${kind} loses nothing and doubles nothing`, async () => {
      await using stand = await openStand(kind)
      const { store, bus, address } = stand
      await using stack = new AsyncDisposableStack()
      // Each consumer dies at its own point in its first life; the relay at any moment, several times.
      const consumers: Victim[] = DEATHS.map((death) =>
        stack.use(startVictim('consumer-process.ts', (life) => ({ ...address, group: death, ...(life === 0 && { death }) }))),
      )
      const relay = stack.use(startVictim('relay-process.ts', () => address))
      const killing = (async () => {
        for (let i = 0; i < RELAY_KILLS; i += 1) {
          await relay.alive()
          await sleep(Math.random() * 1_000)
          await relay.kill()
        }
      })()
      const writing = Promise.all(
        IDS.map(async (id, i) => {
          for (let round = 1; round <= ROUNDS; round += 1) {
            await store.write(id, round % 10 === i ? null : round)
            await sleep(Math.random() * 60)
          }
        }),
      )
      await Promise.all([writing, killing])
      await eventually(() => consumers.every(({ kills }) => kills === 1), { withinMs: 90_000 })
      await settled({ namespace: address.namespace, groups: DEATHS, withinMs: 90_000 })

      const counters = await store.counters()
      for (const group of DEATHS) {
        const copies = await store.copies(group)
        for (const id of IDS) assert.deepEqual(copies.get(id), { version: ROUNDS, value: counters.get(id) ?? null }, `${group} ${id}`)
        assert.deepEqual(new Set((await store.effects(group)).values()), new Set([ROUNDS]), group)
      }
      // Repeats are allowed on the topic; a first appearance out of order, or a hole, is not.
      for (const [id, messages] of await published(bus)) {
        const firsts = [...new Set(versionsOf(messages))]
        assert.deepEqual(
          firsts,
          Array.from({ length: ROUNDS }, (_, i) => i + 1),
          id,
        )
      }
      assert.deepEqual(await listDeadLetters(bus), [])
      assert.equal(relay.kills, RELAY_KILLS)
    })
  }
})
