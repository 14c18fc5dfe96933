import { type QueryPlan as HivePlan, QueryPlanner } from '@graphql-hive/router-query-planner'

/**
 * Plans by Hive Router's planner, in its own words.
 * @param labels of progressive overrides that hold
 * @throws Error for what it cannot plan
 */
export type HivePlanner = (operation: string, labels: readonly string[]) => HivePlan | Promise<HivePlan>

/**
 * The planner, native code, where it is called. What panics in it aborts the process.
 * @throws Error where the package has no binary for the platform: import this module only when it is needed
 */
export function hivePlanner(executionSdl: string): HivePlanner {
  const planner = new QueryPlanner(executionSdl)
  return (operation, labels) => planner.plan(operation, undefined, new Set(labels), percentageOf(planner.overridePercentages, labels))
}

/** The planner compares one number of the request with each `percent(N)`; this one is below the percentages that hold, and below no other. */
function percentageOf(percentages: readonly number[], labels: readonly string[]): number {
  const holding = percentages.filter((percentage) => labels.includes(`percent(${percentage})`))
  return holding.length === 0 ? 100 : Math.max(0, Math.min(...holding) - 1e-9)
}
