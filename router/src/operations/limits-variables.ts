import { type Fault, fault } from '@vibely/kit/errors'

/** The most that the variables of a request may hold. */
export interface VariableLimits {
  /** Items of all lists together. */
  readonly listItems: number
  readonly depth: number
}

export const VARIABLE_LIMITS: VariableLimits = { listItems: 1_000, depth: 20 }

/**
 * The limit that the variables break; null when they keep all. Checked ahead of everything that walks them, for some of that
 * would end in a stack overflow, and before an unknown one is passed over.
 */
export function brokenVariableLimit(variables: Readonly<Record<string, unknown>>, limits: VariableLimits): Fault | null {
  let items = 0
  let level = containersIn(Object.values(variables))
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limits.depth) return fault('BAD_USER_INPUT', `The variables are deeper than ${limits.depth} levels.`)
    for (const value of level) if (Array.isArray(value)) items += value.length
    if (items > limits.listItems) return fault('BAD_USER_INPUT', `The variables hold more than ${limits.listItems} list items.`)
    level = level.flatMap((value) => containersIn(Array.isArray(value) ? value : Object.values(value)))
  }
  return null
}

const containersIn = (values: readonly unknown[]): readonly object[] =>
  values.filter((value): value is object => typeof value === 'object' && value !== null)
