import { performance } from 'node:perf_hooks'
import { Fault } from '@vibely/kit/errors'
import { LRUCache } from 'lru-cache'
import { planSeconds } from '../telemetry/metrics.ts'
import type { Plan, PlanChoices, Planner } from './planner.ts'

/** Characters of JSON that kept plans may make together. */
const PLANS_SIZE = 8 * 1024 * 1024
/** How long an operation that was too complex is refused without another try. */
const REFUSED_MS = 60_000

/** Plans of one schema. */
export interface PlanCache {
  /**
   * The plan of an operation, at once when it is known. Equal orders in the making are joined.
   * @param operation text of one operation; spelled the same it is the same
   * @throws what the planner throws
   */
  plan(operation: string, choices: PlanChoices): Plan | Promise<Plan>
}

export function planCache(planner: Planner): PlanCache {
  const plans = new LRUCache<string, Plan>({ maxSize: PLANS_SIZE, sizeCalculation: planSize })
  const refusals = new LRUCache<string, Fault>({ max: 1_000, ttl: REFUSED_MS })
  const making = new Map<string, Promise<Plan>>()

  async function make(key: string, operation: string, choices: PlanChoices): Promise<Plan> {
    const startedAt = performance.now()
    try {
      const plan = await planner.plan(operation, choices)
      planSeconds.record((performance.now() - startedAt) / 1000)
      plans.set(key, plan)
      return plan
    } catch (error) {
      if (error instanceof Fault && error.code === 'BAD_REQUEST') refusals.set(key, error)
      throw error
    } finally {
      making.delete(key)
    }
  }

  return {
    plan(operation, choices) {
      const key = `${choices.defer ? 'defer' : 'whole'} ${choices.labels.join()} ${operation}`
      const known = plans.get(key)
      if (known) return known
      const refused = refusals.get(key)
      if (refused) throw refused
      const pending = making.get(key) ?? make(key, operation, choices)
      making.set(key, pending)
      return pending
    },
  }
}

/** What a plan takes of a cache, in characters. */
export const planSize = (plan: Plan): number => JSON.stringify(plan).length
