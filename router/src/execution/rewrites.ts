import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql'
import type { FetchNode } from '../planning/planner.ts'
import { fieldOf, isJson, type Json } from './merge.ts'

type Rewrite = NonNullable<FetchNode['outputRewrites']>[number]

const FRAGMENT = '... on '

/** The type of a step that keeps the objects of one; null for a response name. */
export const typeOfStep = (step: string): string | null => (step.startsWith(FRAGMENT) ? step.slice(FRAGMENT.length) : null)

/** Applies a plan's rewrites to data of one fetch, in place: other names or values for parts that subgraphs see differently. */
export function applyRewrites(schema: GraphQLSchema, rewrites: readonly Rewrite[], value: unknown): void {
  for (const rewrite of rewrites) applyAt(schema, rewrite.path, 0, value, rewrite)
}

function applyAt(schema: GraphQLSchema, path: readonly string[], index: number, value: unknown, rewrite: Rewrite): void {
  if (Array.isArray(value)) {
    for (const item of value) applyAt(schema, path, index, item, rewrite)
    return
  }
  const part = path[index]
  if (!isJson(value) || part === undefined) return
  const type = typeOfStep(part)
  if (type !== null) {
    if (isOfType(schema, value, type, true)) applyAt(schema, path, index + 1, value, rewrite)
  } else if (index < path.length - 1) applyAt(schema, path, index + 1, fieldOf(value, part), rewrite)
  else if (rewrite.kind === 'ValueSetter') value[part] = rewrite.setValueTo
  else rename(value, part, rewrite.renameKeyTo)
}

function rename(value: Json, from: string, to: string): void {
  const moved = fieldOf(value, from)
  if (moved === undefined) return
  value[to] = moved
  delete value[from]
}

/** Whether an object is of a type, by its `__typename`. @param unnamed the answer for an object that names none */
export function isOfType(schema: GraphQLSchema, value: Json, condition: string, unnamed = false): boolean {
  const name = value.__typename
  return typeof name === 'string' ? isSubType(schema, condition, name) : unnamed
}

/** Whether a type, by name, is another or one of its kinds. */
export function isSubType(schema: GraphQLSchema, condition: string, name: string): boolean {
  if (condition === name) return true
  const wide = schema.getType(condition)
  const narrow = schema.getType(name)
  return isAbstractType(wide) && (isObjectType(narrow) || isInterfaceType(narrow)) && schema.isSubType(wide, narrow)
}
