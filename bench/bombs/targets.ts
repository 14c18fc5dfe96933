import { type Contender, contenders } from '../gateways/contenders.ts'

// What is measured is the refusal of what nobody may ask; the budget would refuse the small queries beside it too.
const BUDGET = { COST_ANONYMOUS_BUDGET: '1000000000', COST_ANONYMOUS_REFILL: '1000000' }

/** Who is thrown at: the stock gateway, and our router with both planners. */
export const bombTargets: readonly Contender[] = contenders
  .filter(({ name }) => ['stock', 'vibely', 'vibely (hive planner)'].includes(name))
  .map((contender) => ({ ...contender, env: { ...contender.env, ...BUDGET } }))
