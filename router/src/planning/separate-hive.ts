import { type ChildProcess, fork } from 'node:child_process'
import type { QueryPlan as HivePlan } from '@graphql-hive/router-query-planner'
import type { HivePlanner } from './hive-planner.ts'

export type HiveOrder =
  | { readonly kind: 'open'; readonly executionSdl: string }
  | { readonly kind: 'plan'; readonly operation: string; readonly labels: readonly string[] }

/** One for each order. */
export type HiveAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'plan'; readonly plan: HivePlan }
  | { readonly kind: 'failed'; readonly message: string }

/** The longest that a plan may take by the clock: most take less than a hundredth of it. Behind it the other planner still has time. */
const PLAN_MS = 1_000
/** The longest that a process may take to come up, on a busy machine. */
const OPEN_MS = 10_000

/**
 * Hive Router's planner in a process of its own, for a panic of native code takes the process along: with few characters of valid GraphQL
 * a client would end the router. The process is replaced when it ended, and ends with this one or the thread that it serves.
 * A plan is asked for when the one before it is answered.
 * @throws Error where it does not come up
 */
export async function separateHivePlanner(executionSdl: string, planMs: number = PLAN_MS): Promise<HivePlanner> {
  let child = await open()

  async function open(): Promise<ChildProcess> {
    // Nothing of what this process was started with is for it, and what it says of a panic for nobody: the other planner plans.
    const started = fork(new URL('./hive-process.ts', import.meta.url), {
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    started.unref()
    started.channel?.unref()
    await ask(started, { kind: 'open', executionSdl }, OPEN_MS)
    return started
  }

  return async (operation, labels) => {
    if (!child.connected || child.signalCode !== null) child = await open()
    const answer = await ask(child, { kind: 'plan', operation, labels }, planMs)
    if (answer.kind !== 'plan') throw new Error(`the planner said ${answer.kind}`)
    return answer.plan
  }
}

function ask(child: ChildProcess, order: HiveOrder, withinMs: number): Promise<HiveAnswer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), withinMs)
    const settle = (settled: () => void) => {
      clearTimeout(late)
      child.off('message', onMessage).off('exit', onExit).off('error', onExit)
      settled()
    }
    const onMessage = (answer: HiveAnswer) => settle(() => (answer.kind === 'failed' ? reject(new Error(answer.message)) : resolve(answer)))
    const onExit = () => settle(() => reject(new Error("Hive's planner ended")))
    child.on('message', onMessage).on('exit', onExit).on('error', onExit)
    child.send(order, (error) => error && onExit())
  })
}
