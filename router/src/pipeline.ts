import type { Logger } from '@vibely/kit/logger'
import type { Caller } from '@vibely/kit/viewer'
import type { Answer } from './execution/answer.ts'
import { compiledExecutor } from './execution/compiled-executor.ts'
import { type Run, run } from './execution/run.ts'
import type { Buckets } from './operations/budget.ts'
import { chargedRun } from './operations/charged-run.ts'
import { type Charge, openCharges } from './operations/cost-charges.ts'
import type { Variables } from './operations/cost-terms.ts'
import { DEFAULT_LIMITS, type Limits } from './operations/limit-settings.ts'
import { type Operations, openOperations, type PreparedOperation } from './operations/prepare.ts'
import { inFlightOperations } from './sources/in-flight-operations.ts'
import type { Source } from './sources/source.ts'
import type { SchemaState } from './supergraph/schema-state.ts'

/** What every transport does with an operation: prepare it, then run it. */
export interface Pipeline {
  readonly state: SchemaState
  readonly operations: Operations
  run(input: Run): Promise<Answer>
  /** Takes the cost of an operation that does not run at once, such as a subscription; null where costs are not known. */
  charge(operation: PreparedOperation, variables: Variables, caller: Caller): Promise<Charge | null>
}

export function openPipeline(
  state: SchemaState,
  sources: readonly Source[],
  options: {
    readonly introspection: boolean
    /** Run queries that are the same and under way once. */
    readonly shareOperations: boolean
    /** What operations are paid from. */
    readonly buckets: Buckets
    readonly limits?: Limits
    readonly logger: Logger
    readonly openExecutor?: typeof compiledExecutor
  },
): Pipeline {
  const { openExecutor = compiledExecutor } = options
  const executor = openExecutor(state, sources, options.logger)
  const runOne = (input: Run) => run(state.apiSchema, executor, options.logger, input)
  const { introspection, limits = DEFAULT_LIMITS } = options
  const charges = openCharges(limits.allowances, options.buckets)
  return {
    state,
    operations: openOperations(state, { introspection, limits }),
    run: chargedRun(state, charges, options.shareOperations ? inFlightOperations(runOne) : runOne),
    charge: async ({ cost }, variables, caller) => cost && charges.take(cost, variables, caller),
  }
}
