import type { Bus } from '../../src/messaging.ts'
import { startRelay } from '../../src/relay.ts'
import { logger, openStore, openTestBus } from './stand.ts'
import type { StoreAddress } from './store.ts'

// A relay alone in its process, to be killed. Told to freeze, it stops itself once, with its first batch in hand.
const { freeze, ...address } = JSON.parse(process.argv[2] ?? '') as StoreAddress & { freeze?: boolean }
const store = await openStore(address)
const bus = openTestBus(address.namespace)
let frozen = !freeze
const publish: Bus['publish'] = async (messages) => {
  if (!frozen) {
    frozen = true
    await new Promise<void>((resolve) => process.send?.('frozen', undefined, undefined, () => resolve()))
    process.kill(process.pid, 'SIGSTOP')
  }
  await bus.publish(messages)
}
startRelay({ outbox: store.outbox, bus: { ...bus, publish }, logger })
process.on('disconnect', () => process.exit())
if (!freeze) process.send?.('ready')
