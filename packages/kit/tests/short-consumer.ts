import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '../src/logger.ts'
import { openBus } from '../src/messaging.ts'

// A process whose consumer is disposed so many milliseconds after its start, and which then has nothing left to do.
const { brokers, namespace, milliseconds } = JSON.parse(process.argv[2] ?? '') as {
  brokers: string[]
  namespace: string
  milliseconds: number
}
const logger = createLogger({ service: 'test', level: 'silent' })
const bus = openBus({ brokers, namespace, clientId: 'short', logger })
bus.consume({ group: 'short', topics: ['dead_letters'], handle: async () => 'done', recovered: async () => undefined })
await sleep(milliseconds)
await bus[Symbol.asyncDispose]()
