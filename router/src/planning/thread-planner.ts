import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { fault } from '@vibely/kit/errors'
import type { PlanOrder, WorkerAnswer, WorkerStart } from './plan-messages.ts'
import type { Plan, Planner } from './planner.ts'

/** Time on the processor that one plan may take. On a busy machine it takes longer than that to pass. */
const PLAN_CPU_MS = 200
/** The longest that a plan may take by the clock, however little of the processor the thread was given. */
const PLAN_MS = 2_000
/** The longest that an order waits for its turn. */
const TURN_MS = 10_000
const HEAP_MB = 512
/** A thread takes 45 MB, and is not needed where all that is asked for has its plan. To open another costs half a second of CPU time. */
const IDLE_MS = 60_000

interface Waiting {
  readonly order: PlanOrder
  readonly resolve: (plan: Plan) => void
  readonly reject: (error: Error) => void
  readonly since: number
}

/** The thread at work, and what it has. */
interface Thread {
  readonly worker: Worker
  /** False while it opens an engine. */
  ready: boolean
  current: Waiting | null
}

export interface ThreadPlannerOptions extends WorkerStart {
  readonly planCpuMs?: number | undefined
  readonly idleMs?: number | undefined
}

/**
 * A planner in a thread of its own. The thread starts with the first order, does one at a time, and is replaced when it takes
 * too long over one or breaks. An idle one does not keep the process alive, and ends after a while.
 */
export function threadPlanner(options: ThreadPlannerOptions): Planner {
  const { engine, executionSdl, planCpuMs = PLAN_CPU_MS, idleMs = IDLE_MS } = options
  const queue: Waiting[] = []
  let thread: Thread | null = null
  let closed = false
  let idle: NodeJS.Timeout | undefined

  function start(): Thread {
    const workerData: WorkerStart = { engine, executionSdl }
    // Nothing of what the process was started with is for it: neither telemetry nor secrets.
    const surroundings = { env: { APOLLO_TELEMETRY_DISABLED: '1' }, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } }
    const worker = new Worker(new URL('./plan-worker.ts', import.meta.url), { workerData, name: 'planner', ...surroundings })
    const started: Thread = { worker, ready: false, current: null }
    worker.on('message', (answer: WorkerAnswer) => {
      if (thread !== started) return
      if (answer.kind === 'ready') started.ready = true
      else if (answer.kind === 'delayed') started.ready = false
      else settle(started, answer)
      next()
    })
    const broken = (error: Error) => {
      if (thread === started) replace(error)
    }
    worker.on('error', broken)
    worker.on('exit', () => broken(new Error('the planning thread ended')))
    return started
  }

  function settle(done: Thread, answer: Extract<WorkerAnswer, { kind: 'plan' | 'failed' }>): void {
    const { current } = done
    done.current = null
    if (answer.kind === 'plan') {
      current?.resolve(answer.plan)
    } else {
      const error = new Error(`the operation could not be planned: ${answer.message}`)
      if (answer.stack !== undefined) error.stack = answer.stack
      current?.reject(error)
    }
  }

  /** Ends the thread. What it had is lost with `error`; what waits goes to another, unless this one never came up. */
  function replace(error: Error): void {
    const ended = thread
    thread = null
    ended?.current?.reject(error)
    ended?.worker.unref()
    // Native code ends when it is done: nobody waits for that.
    ended?.worker.terminate().catch(() => undefined)
    if (ended && !ended.ready) for (const { reject } of queue.splice(0)) reject(error)
    next()
  }

  function rest(): void {
    if (!thread) return
    const { worker } = thread
    worker.unref()
    idle ??= setTimeout(() => {
      idle = undefined
      if (thread?.worker !== worker || thread.current) return
      thread = null
      worker.terminate().catch(() => undefined)
    }, idleMs).unref()
  }

  function next(): void {
    if (queue.length === 0 && !thread?.current) return void rest()
    if (closed || thread?.current) return
    clearTimeout(idle)
    idle = undefined
    thread ??= start()
    thread.worker.ref()
    if (!thread.ready) return
    const now = Date.now()
    let first = queue.shift()
    while (first && now - first.since > TURN_MS) {
      first.reject(fault('DEADLINE_EXCEEDED'))
      first = queue.shift()
    }
    if (!first) return void rest()
    thread.current = first
    thread.worker.postMessage(first.order)
    void limit(thread, first)
  }

  /** Refuses an order that is too long in the making, by the time that its thread was really running. */
  async function limit(at: Thread, order: Waiting): Promise<void> {
    const isUnderWay = () => thread === at && at.current === order
    let given = Date.now()
    let before = await at.worker.cpuUsage().catch(() => null)
    for (let left = planCpuMs; left > 0; ) {
      await delay(Math.ceil(left), null, { ref: false })
      if (!isUnderWay()) return
      const used = before && (await at.worker.cpuUsage(before).catch(() => null))
      left = !used || Date.now() - given > PLAN_MS ? 0 : planCpuMs - (used.user + used.system) / 1_000
      if (at.ready) continue
      // Opening an engine is not the order's fault.
      given = Date.now()
      before = await at.worker.cpuUsage().catch(() => null)
      left = planCpuMs
    }
    if (isUnderWay()) replace(fault('BAD_REQUEST', 'The operation is too complex to plan.'))
  }

  return {
    plan: (operation, choices) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the planner is closed'))
        queue.push({ order: { operation, choices }, resolve, reject, since: Date.now() })
        next()
      }),
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(idle)
      const error = new Error('the planner is closed')
      for (const { reject } of queue.splice(0)) reject(error)
      const last = thread
      thread = null
      last?.current?.reject(error)
      await last?.worker.terminate()
    },
  }
}
