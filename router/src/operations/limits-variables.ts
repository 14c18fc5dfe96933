import { type Fault, fault } from '@vibely/kit/errors'

/** The most that the variables of a request may hold. */
export interface VariableLimits {
  /** Items of all lists together. */
  readonly listItems: number
  /** Members of all objects together, the variables themselves among them. */
  readonly members: number
  readonly depth: number
}

export const VARIABLE_LIMITS: VariableLimits = { listItems: 1_000, members: 10_000, depth: 20 }

/**
 * The limit that the variables break; null when they keep all. Checked ahead of everything that walks them, for some of that
 * would end in a stack overflow, and before an unknown one is passed over.
 */
export function brokenVariableLimit(variables: Readonly<Record<string, unknown>>, limits: VariableLimits): Fault | null {
  let items = 0
  let members = Object.keys(variables).length
  let level = containersIn(Object.values(variables))
  const tooMany = () => fault('BAD_USER_INPUT', `The variables hold more than ${limits.members} members of objects.`)
  if (members > limits.members) return tooMany()
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limits.depth) return fault('BAD_USER_INPUT', `The variables are deeper than ${limits.depth} levels.`)
    for (const value of level) if (Array.isArray(value)) items += value.length
    if (items > limits.listItems) return fault('BAD_USER_INPUT', `The variables hold more than ${limits.listItems} list items.`)
    level = level.flatMap((value) => {
      if (Array.isArray(value)) return containersIn(value)
      const values: readonly unknown[] = Object.values(value)
      members += values.length
      return containersIn(values)
    })
    if (members > limits.members) return tooMany()
  }
  return null
}

const containersIn = (values: readonly unknown[]): readonly object[] =>
  values.filter((value): value is object => typeof value === 'object' && value !== null)
