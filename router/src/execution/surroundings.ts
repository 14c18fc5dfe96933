import type { GraphQLSchema } from 'graphql'
import type { KeyRenamer, PlanNode } from '../planning/planner.ts'
import { fieldOf, isJson, type Json } from './merge.ts'
import { isOneOf, type PlanPath } from './paths.ts'
import { isOfType, typeOfStep } from './rewrites.ts'

const UP = '..'

/** Entities that stand in surroundings of one kind, with what arguments with `@fromContext` take from there. */
export interface Surrounded {
  readonly entities: readonly Json[]
  /** Values of the variables that the fetch takes them by. One that is nowhere around is left out. */
  readonly variables: Json
}

/**
 * Compiles what a fetch takes from the objects around its entities. Entities with other values around them need a request of their own.
 * @param rewrites where the values stand, from an entity up; the first place that is there counts
 * @param path of the entities
 */
export function surroundingsOf(schema: GraphQLSchema, rewrites: readonly KeyRenamer[], path: PlanPath) {
  const places = rewrites.map(({ path: way, renameKeyTo: name }) => {
    const up = way.findIndex((step) => step !== UP)
    return { name, up, steps: way.slice(up) }
  })

  function variablesAt(around: readonly Json[]): Json {
    const variables: Json = {}
    for (const { name, up, steps } of places) {
      const from = around[around.length - up]
      const value = from && !Object.hasOwn(variables, name) ? valueAt(schema, from, steps) : undefined
      if (value !== undefined) variables[name] = value
    }
    return variables
  }

  return (root: Json): readonly Surrounded[] => {
    const found = new Map<string, { readonly entities: Json[]; readonly variables: Json }>()
    walk(root, path, 0, [], (entity, around) => {
      const variables = variablesAt(around)
      const key = JSON.stringify(variables)
      const known = found.get(key)
      if (known) known.entities.push(entity)
      else found.set(key, { entities: [entity], variables })
    })
    return [...found.values()]
  }
}

/** @param around the objects whose fields lead to the value, the root first */
function walk(
  value: unknown,
  path: PlanPath,
  index: number,
  around: readonly Json[],
  found: (entity: Json, around: readonly Json[]) => void,
): void {
  const part = path[index]
  if (Array.isArray(value)) {
    for (const item of value) walk(item, path, part === '@' ? index + 1 : index, around, found)
  } else if (isJson(value)) {
    if (part === undefined) found(value, around)
    else if (typeof part === 'string') walk(fieldOf(value, part), path, index + 1, [...around, value], found)
    else if (isOneOf(part, value)) walk(value, path, index + 1, around, found)
  }
}

function valueAt(schema: GraphQLSchema, value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined || value === null) return value
  if (Array.isArray(value)) return value.map((item) => valueAt(schema, item, [step, ...rest]) ?? null)
  if (!isJson(value)) return undefined
  const type = typeOfStep(step)
  if (type === null) return valueAt(schema, fieldOf(value, step), rest)
  return isOfType(schema, value, type, true) ? valueAt(schema, value, rest) : undefined
}

/** Whether fetches of a plan take values from around their entities: then an entity that stands in two places is two objects. */
export const usesSurroundings = (node: PlanNode): boolean => {
  switch (node.kind) {
    case 'Fetch':
      return node.contextRewrites !== undefined && node.contextRewrites.length > 0
    case 'Flatten':
      return usesSurroundings(node.node)
    case 'Sequence':
    case 'Parallel':
      return node.nodes.some(usesSurroundings)
    case 'Condition':
      return [node.ifClause, node.elseClause].some((one) => one && usesSurroundings(one))
    case 'Defer':
      return [node.primary, ...node.deferred].some(({ node: inner }) => inner && usesSurroundings(inner))
  }
}
