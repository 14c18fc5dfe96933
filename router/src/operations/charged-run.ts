import type { Answer } from '../execution/answer.ts'
import type { Run } from '../execution/run.ts'
import { coerceVariables } from '../execution/variables.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { traced } from '../telemetry/traces.ts'
import type { Charges } from './cost-charges.ts'

/**
 * Runs operations that their callers can pay, and gives back what an answer did not cost. What is wrong with the variables
 * costs nothing. Completing an event is free: its subscription was paid for.
 */
export function chargedRun(state: SchemaState, charges: Charges, run: (input: Run) => Promise<Answer>): (input: Run) => Promise<Answer> {
  return async (input) => {
    const { operation, caller, event, signal } = input
    const { cost } = operation
    if (!cost || event) return run(input)
    const { errors, variables } = coerceVariables(state.apiSchema, operation, input.variables ?? {})
    if (errors) return { data: undefined, errors: traced(errors) }
    const charge = await charges.take(cost, variables, caller)
    if (charge.refused) return { data: undefined, errors: traced([charge.refused]), cost: charge.settle(0) }
    const answer = await run(input)
    // Who leaves early has had the work done all the same.
    const spent = signal.aborted ? undefined : answer.spent
    return { ...answer, cost: charge.settle(spent) }
  }
}
