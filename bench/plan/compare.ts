import { once } from 'node:events'
import { launch } from '../measure/launch.ts'
import type { PlanJob, PlanTimes } from './main.ts'
import { type EngineName, planOrders } from './orders.ts'

export interface PlanSample extends PlanTimes {
  readonly engine: EngineName
  readonly supergraph: string
}

export const ENGINES: readonly EngineName[] = ['apollo', 'hive']

/** Runs each planner on each supergraph, the given number of times, each in a new process. @throws Error when one cannot plan an operation */
export async function comparePlanners(options: {
  readonly rounds: number
  readonly repeats: number
  readonly core?: number | undefined
}): Promise<PlanSample[]> {
  const orders = await planOrders()
  const samples: PlanSample[] = []
  for (let round = 0; round < options.rounds; round++)
    for (const one of orders)
      for (const engine of ENGINES) {
        const times = await timesOf({ engine, orders: one, repeats: options.repeats }, options.core)
        samples.push({ engine, supergraph: one.supergraph, ...times })
      }
  return samples
}

async function timesOf(job: PlanJob, core: number | undefined): Promise<PlanTimes> {
  await using launched = launch({ script: 'plan/main.ts', core })
  const ended = once(launched.process, 'exit').then(() => {
    throw new Error(`${job.engine} could not plan:\n${launched.said()}`)
  })
  const answer = once(launched.process, 'message')
  launched.process.send(job)
  const [times] = await Promise.race([answer, ended])
  return times as PlanTimes
}
