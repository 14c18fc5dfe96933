// Times one planner in a process that did nothing before: gets its orders from the parent, answers with the times.
import process from 'node:process'
import type { EngineName, PlanOrders } from './orders.ts'

export interface PlanJob {
  readonly engine: EngineName
  readonly orders: PlanOrders
  readonly repeats: number
}

export interface PlanTimes {
  /** Loading the planner's code and reading the supergraph. */
  readonly openMs: number
  readonly operations: readonly OperationTimes[]
}

export interface OperationTimes {
  readonly name: string
  /** The first time that this process plans it. */
  readonly coldMs: number
  readonly warmMs: readonly number[]
  readonly fetches: number
}

async function open(engine: EngineName, sdl: string) {
  const openApollo = async () => (await import('@vibely/router/apollo-engine')).apolloEngine(sdl)
  if (engine === 'apollo') return openApollo()
  const [{ hiveEngine }, { hivePlanner }] = await Promise.all([import('@vibely/router/hive-engine'), import('@vibely/router/hive-planner')])
  return hiveEngine(sdl, hivePlanner(sdl), openApollo)
}

async function run({ engine, orders, repeats }: PlanJob): Promise<PlanTimes> {
  const start = performance.now()
  const planner = await open(engine, orders.sdl)
  const openMs = performance.now() - start
  const plan = async (text: string) => {
    const begun = performance.now()
    const made = await planner.plan(text, { labels: [], defer: false })
    return { ms: performance.now() - begun, fetches: JSON.stringify(made).split('"kind":"Fetch"').length - 1 }
  }
  // All of them once before any of them twice: a cold plan must not profit from its own repeats.
  const cold: Awaited<ReturnType<typeof plan>>[] = []
  for (const { text } of orders.operations) cold.push(await plan(text))
  const operations: OperationTimes[] = []
  for (const [index, { name, text }] of orders.operations.entries()) {
    const warmMs: number[] = []
    while (warmMs.length < repeats) warmMs.push((await plan(text)).ms)
    operations.push({ name, coldMs: cold[index]?.ms ?? 0, warmMs, fetches: cold[index]?.fetches ?? 0 })
  }
  return { openMs, operations }
}

process.once('message', (job) => {
  run(job as PlanJob).then(
    (times) => {
      process.send?.(times)
      process.disconnect()
    },
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
