import { Fault } from '@vibely/kit/errors'
import type { GraphQLError, GraphQLSchema } from 'graphql'
import { coerceVariables } from '../execution/variables.ts'
import type { OperationCost } from './cost.ts'
import { type Allowance, tooCostly } from './cost-charges.ts'
import type { CostReport } from './cost-report.ts'
import type { Variables } from './cost-terms.ts'
import { brokenVariableLimit, type VariableLimits } from './limits-variables.ts'
import type { PreparedOperation } from './prepare.ts'

/** Who asks for an operation that has no plan yet, and what with. */
export interface FirstAsked {
  readonly allowance: Allowance
  /** Undefined where they are not known yet. */
  readonly variables: Variables | undefined
}

export interface Refused {
  readonly errors: readonly GraphQLError[]
  readonly cost?: CostReport
  /** With others it may run. */
  readonly byVariables: boolean
}

/**
 * Why an operation would not run in any case; null when it may. Planning is the dearest step: what is refused behind it is
 * not worth it. What has a plan is not looked at here, for it is checked before it runs.
 */
export function refusedAheadOfPlan(
  schema: GraphQLSchema,
  operation: Pick<PreparedOperation, 'definition' | 'document'>,
  cost: OperationCost | null,
  limits: VariableLimits,
  { allowance, variables }: FirstAsked,
): Refused | null {
  if (cost?.constant && cost.constant > allowance.operation) return { ...unpayable(cost.constant, allowance), byVariables: false }
  if (!variables) return null
  const broken = brokenVariableLimit(variables, limits)
  if (broken) return { errors: [broken], byVariables: true }
  const coerced = coerceVariables(schema, operation, variables)
  if (coerced.errors) return { errors: coerced.errors, byVariables: true }
  try {
    const requested = cost?.requested(coerced.variables) ?? 0
    return requested > allowance.operation ? { ...unpayable(requested, allowance), byVariables: true } : null
  } catch (error) {
    if (error instanceof Fault) return { errors: [error], byVariables: true }
    throw error
  }
}

const unpayable = (requested: number, allowance: Allowance) => ({
  errors: [tooCostly(requested, allowance)],
  cost: { requested, actual: 0, budget: null },
})
