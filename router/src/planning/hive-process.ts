// A process around Hive Router's planner. It ends when whoever started it lets go of it, and with the planner.

import process from 'node:process'
import { type HivePlanner, hivePlanner } from './hive-planner.ts'
import type { HiveAnswer, HiveOrder } from './separate-hive.ts'

const say = (answer: HiveAnswer) => process.send?.(answer)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
let planner: HivePlanner | undefined

async function answer(order: HiveOrder): Promise<void> {
  if (order.kind === 'open') {
    planner = hivePlanner(order.executionSdl)
    say({ kind: 'ready' })
    return
  }
  if (!planner) throw new Error('the planner is not open')
  say({ kind: 'plan', plan: await planner(order.operation, order.labels) })
}

process.on('message', (order: HiveOrder) => answer(order).catch((error) => say({ kind: 'failed', message: messageOf(error) })))
