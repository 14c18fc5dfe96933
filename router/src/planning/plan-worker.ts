// The planning thread: one engine, which answers one order after the other.

import { parentPort, workerData } from 'node:worker_threads'
import type { PlanOrder, WorkerAnswer, WorkerStart } from './plan-messages.ts'
import type { PlanEngine, PlanEngineName } from './planner.ts'

/** Each engine is loaded only where it is chosen: one has native code, the other takes its time. */
async function openEngine(name: PlanEngineName, executionSdl: string): Promise<PlanEngine> {
  if (name === 'hive') return (await import('./hive-engine.ts')).hiveEngine(executionSdl)
  return (await import('./apollo-engine.ts')).apolloEngine(executionSdl)
}

function answerTo(engine: PlanEngine, { operation, choices }: PlanOrder): WorkerAnswer {
  try {
    return { kind: 'plan', plan: engine.plan(operation, choices) }
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { kind: 'failed', message, stack }
  }
}

const port = parentPort
if (!port) throw new Error('this is a thread, not a program')
const { engine: name, executionSdl } = workerData as WorkerStart
const engine = await openEngine(name, executionSdl)
port.on('message', (order: PlanOrder) => port.postMessage(answerTo(engine, order)))
port.postMessage({ kind: 'ready' } satisfies WorkerAnswer)
