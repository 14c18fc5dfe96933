import { z } from 'zod'
import { ALLOWANCES, type Allowances } from './cost-charges.ts'
import { LIST_LIMITS, type ListLimits } from './cost-lists.ts'
import { type DocumentLimits, LIMITS } from './limits.ts'
import { VARIABLE_LIMITS, type VariableLimits } from './limits-variables.ts'

/** Everything that an operation may not exceed. */
export interface Limits {
  readonly document: DocumentLimits
  readonly lists: ListLimits
  readonly variables: VariableLimits
  readonly allowances: Allowances
}

export const DEFAULT_LIMITS: Limits = { document: LIMITS, lists: LIST_LIMITS, variables: VARIABLE_LIMITS, allowances: ALLOWANCES }

const atLeastOne = z.coerce.number().int().positive().optional()

/** Settings that change the limits; without them the defaults hold. */
export const limitsEnv = {
  LIMIT_TOKENS: atLeastOne,
  LIMIT_DEPTH: atLeastOne,
  LIMIT_ALIASES: atLeastOne,
  LIMIT_ROOT_FIELDS: atLeastOne,
  LIMIT_DIRECTIVES: atLeastOne,
  LIMIT_SELECTIONS: atLeastOne,
  LIMIT_PAGE: atLeastOne,
  LIMIT_LIST_ITEMS: atLeastOne,
  COST_SESSION_OPERATION: atLeastOne,
  COST_SESSION_BUDGET: atLeastOne,
  COST_SESSION_REFILL: z.coerce.number().positive().optional(),
  COST_ANONYMOUS_OPERATION: atLeastOne,
  COST_ANONYMOUS_BUDGET: atLeastOne,
  COST_ANONYMOUS_REFILL: z.coerce.number().positive().optional(),
}

type LimitsEnv = Partial<z.output<z.ZodObject<typeof limitsEnv>>>

/** The limits of an installation. */
export function limitsOf(env: LimitsEnv): Limits {
  const allowance = (kind: 'SESSION' | 'ANONYMOUS', { operation, capacity, refillPerSecond }: Allowances['session']) => ({
    operation: env[`COST_${kind}_OPERATION`] ?? operation,
    capacity: env[`COST_${kind}_BUDGET`] ?? capacity,
    refillPerSecond: env[`COST_${kind}_REFILL`] ?? refillPerSecond,
  })
  return {
    document: {
      ...LIMITS,
      tokens: env.LIMIT_TOKENS ?? LIMITS.tokens,
      depth: env.LIMIT_DEPTH ?? LIMITS.depth,
      aliases: env.LIMIT_ALIASES ?? LIMITS.aliases,
      rootFields: env.LIMIT_ROOT_FIELDS ?? LIMITS.rootFields,
      directives: env.LIMIT_DIRECTIVES ?? LIMITS.directives,
      selections: env.LIMIT_SELECTIONS ?? LIMITS.selections,
    },
    lists: { ...LIST_LIMITS, pageSize: env.LIMIT_PAGE ?? LIST_LIMITS.pageSize },
    variables: { ...VARIABLE_LIMITS, listItems: env.LIMIT_LIST_ITEMS ?? VARIABLE_LIMITS.listItems },
    allowances: { session: allowance('SESSION', ALLOWANCES.session), anonymous: allowance('ANONYMOUS', ALLOWANCES.anonymous) },
  }
}
