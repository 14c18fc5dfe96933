import { isPromise, type Soon } from '@vibely/kit/soon'
import type { Caller } from '@vibely/kit/viewer'
import type { GraphQLError } from 'graphql'
import type { Answer } from '../execution/answer.ts'
import type { Run } from '../execution/run.ts'
import { coerceVariables } from '../execution/variables.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { operationCost } from '../telemetry/metrics.ts'
import { traced } from '../telemetry/traces.ts'
import type { Charge, Charges } from './cost-charges.ts'
import type { Variables } from './cost-terms.ts'
import { brokenVariableLimit, type VariableLimits } from './limits-variables.ts'
import type { PreparedOperation } from './prepare.ts'

/** What an operation must pass before it runs. */
export interface Gate {
  /** Runs operations that keep the limits and that their callers can pay, and gives back what an answer did not cost. */
  run(input: Run): Promise<Answer>
  /**
   * The same check for a subscription, which is paid once: completing its events is free.
   * @returns the variables with their defaults
   * @throws GraphQLError when it is refused
   */
  admit(operation: PreparedOperation, variables: Variables, caller: Caller): Promise<Variables>
}

interface Admitted {
  readonly refused: readonly GraphQLError[]
  readonly variables: Variables
  readonly charge: Charge | null
}

const REQUESTED = { kind: 'requested' } as const
const ACTUAL = { kind: 'actual' } as const

export function openGate(options: {
  readonly state: SchemaState
  readonly charges: Charges
  readonly limits: VariableLimits
  readonly run: (input: Run) => Soon<Answer>
}): Gate {
  const { state, charges, limits, run } = options

  // What is wrong with the variables costs nothing.
  function check(operation: PreparedOperation, given: Variables, caller: Caller): Soon<Admitted> {
    const broken = brokenVariableLimit(given, limits)
    if (broken) return { refused: [broken], variables: {}, charge: null }
    const { errors, variables } = coerceVariables(state.apiSchema, operation, given)
    if (errors) return { refused: errors, variables: {}, charge: null }
    if (!operation.cost) return { refused: [], variables, charge: null }
    return charges
      .take(operation.cost, variables, caller)
      .then((charge) => ({ refused: charge.refused ? [charge.refused] : [], variables, charge }))
  }

  return {
    async run(input) {
      const { operation, caller, event, signal } = input
      if (event) return run(input)
      const checked = check(operation, input.variables ?? {}, caller)
      const { refused, variables: coerced, charge } = isPromise(checked) ? await checked : checked
      if (refused.length > 0) return { data: undefined, errors: traced(refused), cost: charge?.settle(0) }
      const running = run({ ...input, coerced })
      const answer = isPromise(running) ? await running : running
      // Who leaves early has had the work done all the same.
      if (!charge) return answer
      const cost = charge.settle(signal.aborted ? undefined : answer.spent)
      operationCost.record(cost.requested, REQUESTED)
      operationCost.record(cost.actual, ACTUAL)
      return { ...answer, cost }
    },
    async admit(operation, given, caller) {
      const { refused, variables } = await check(operation, given, caller)
      if (refused[0]) throw refused[0]
      return variables
    },
  }
}
