import type { Inbox } from '../../src/inbox.ts'
import { openStore, openTestBus, startCopying } from './stand.ts'
import type { StoreAddress } from './store.ts'

// A consumer alone in its process. Told where to die, it kills itself there, at a random one of the next messages.
const { group, death, ...address } = JSON.parse(process.argv[2] ?? '') as StoreAddress & { group: string; death?: string }
const store = await openStore(address)
let left = Math.ceil(Math.random() * 20)
const dieAt = (point: string) => {
  if (death !== point) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}
const inbox: Inbox<unknown> = {
  ...store.inbox,
  async once(consumer, eventId, effect) {
    const outcome = await store.inbox.once(consumer, eventId, async (tx) => {
      await effect(tx)
      dieAt('before commit')
    })
    dieAt('after commit')
    return outcome
  },
}
await startCopying({ store: { ...store, inbox }, bus: openTestBus(address.namespace) }, group, () => dieAt('before effect'))
process.on('disconnect', () => process.exit())
process.send?.('ready')
