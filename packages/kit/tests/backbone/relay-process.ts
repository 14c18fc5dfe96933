import { startRelay } from '../../src/relay.ts'
import { logger, openStore, openTestBus } from './stand.ts'
import type { StoreAddress } from './store.ts'

// A relay alone in its process, to be killed.
const address = JSON.parse(process.argv[2] ?? '') as StoreAddress
const store = await openStore(address)
startRelay({ outbox: store.outbox, bus: openTestBus(address.namespace), logger })
process.on('disconnect', () => process.exit())
process.send?.('ready')
