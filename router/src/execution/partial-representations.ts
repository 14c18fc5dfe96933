import type { GraphQLSchema } from 'graphql'
import type { RequiredSelection } from '../planning/planner.ts'
import { fieldOf, isJson, type Json, merge } from './merge.ts'
import { isOfType } from './rewrites.ts'

/**
 * What an object has of the fields that a fetch requires. A fetch with `@skip` or `@include` requires what any of its fields does:
 * what only a field that is left out would need was not fetched, and the others can do without.
 */
export function partOf(schema: GraphQLSchema, selections: readonly RequiredSelection[], value: Json): Json {
  const part: Json = {}
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection
      if (typeCondition === undefined || isOfType(schema, value, typeCondition)) merge(part, partOf(schema, selection.selections, value))
      continue
    }
    const name = selection.alias ?? selection.name
    const given = fieldOf(value, name)
    if (given !== undefined) merge(part, { [name]: selection.selections ? nested(schema, selection.selections, given) : given })
  }
  return part
}

function nested(schema: GraphQLSchema, selections: readonly RequiredSelection[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => nested(schema, selections, item))
  return isJson(value) ? partOf(schema, selections, value) : value
}
