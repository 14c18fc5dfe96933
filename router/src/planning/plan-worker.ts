// The planning thread: one engine, which answers one order after the other.

import { parentPort, workerData } from 'node:worker_threads'
import { helpedEngine } from './apollo-doubts.ts'
import type { PlanOrder, WorkerAnswer, WorkerStart } from './plan-messages.ts'
import type { PlanEngine } from './planner.ts'
import { repairedEngine } from './repaired-engine.ts'

const port = parentPort
if (!port) throw new Error('this is a thread, not a program')
const say = (answer: WorkerAnswer) => port.postMessage(answer)
const { engine: name, executionSdl } = workerData as WorkerStart

// Each engine is loaded only where it is needed: one has a process of its own, the other takes time and memory.
const openApollo = async () => repairedEngine(executionSdl, (await import('./apollo-engine.ts')).apolloEngine)
const openHive = async (other: () => Promise<PlanEngine>) => {
  const [{ hiveEngine }, { separateHivePlanner }] = await Promise.all([import('./hive-engine.ts'), import('./separate-hive.ts')])
  return hiveEngine(executionSdl, await separateHivePlanner(executionSdl), other)
}

/** Opens an engine that an order needs: that takes longer than a plan may. */
async function late(open: () => Promise<PlanEngine>): Promise<PlanEngine> {
  say({ kind: 'delayed' })
  try {
    return await open()
  } finally {
    say({ kind: 'ready' })
  }
}

async function openHelped(): Promise<PlanEngine> {
  const apollo = await openApollo()
  return helpedEngine(executionSdl, apollo, () => late(() => openHive(async () => apollo)))
}

const engine = await (name === 'hive' ? openHive(() => late(openApollo)) : openHelped())

async function answer({ operation, choices }: PlanOrder): Promise<void> {
  try {
    say({ kind: 'plan', plan: await engine.plan(operation, choices) })
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    say({ kind: 'failed', message, stack })
  }
}

port.on('message', (order: PlanOrder) => void answer(order))
say({ kind: 'ready' })
