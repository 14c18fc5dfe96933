import type { GraphQLSchema } from 'graphql'
import type { RequiredField, RequiredSelection } from '../planning/planner.ts'
import { textOf } from './leaves.ts'
import { fieldOf, isJson, type Json, merge } from './merge.ts'
import { isSubType } from './rewrites.ts'

/** Compiles the JSON text of what is selected of an object; undefined when it lacks one of the fields. */
export function textWriter(schema: GraphQLSchema, selections: readonly RequiredSelection[]): (value: Json) => string | undefined {
  if (selections.some(({ kind }) => kind === 'InlineFragment')) return abstractWriter(schema, selections)
  const fields = joined(selections as readonly RequiredField[]).map(({ alias, name, selections: inner }) => ({
    name: alias ?? name,
    prefix: `${JSON.stringify(alias ?? name)}:`,
    write: inner ? nested(textWriter(schema, inner)) : scalarText,
  }))
  return (value) => {
    let text = ''
    for (const { name, prefix, write } of fields) {
      const given = fieldOf(value, name)
      const part = given === undefined ? undefined : write(given)
      if (part === undefined) return undefined
      text += text === '' ? prefix + part : `,${prefix}${part}`
    }
    return `{${text}}`
  }
}

/** Fields of one name are one field, with all that is selected of it. */
function joined(fields: readonly RequiredField[]): readonly RequiredField[] {
  const byName = new Map<string, RequiredField>()
  for (const field of fields) {
    const name = field.alias ?? field.name
    const known = byName.get(name)
    byName.set(name, known?.selections && field.selections ? { ...known, selections: [...known.selections, ...field.selections] } : field)
  }
  return [...byName.values()]
}

/** Selections with fragments inside a key: what applies depends on each object. */
function abstractWriter(schema: GraphQLSchema, selections: readonly RequiredSelection[]): (value: Json) => string | undefined {
  const parts = selections.map((one) =>
    one.kind === 'Field'
      ? { condition: undefined, write: textWriter(schema, [one]) }
      : { condition: one.typeCondition, write: textWriter(schema, one.selections) },
  )
  return (value) => {
    const joined: Json = {}
    for (const { condition, write } of parts) {
      if (condition !== undefined && !(typeof value.__typename === 'string' && isSubType(schema, condition, value.__typename))) continue
      const text = write(value)
      if (text === undefined) return undefined
      merge(joined, JSON.parse(text) as Json)
    }
    return JSON.stringify(joined)
  }
}

function nested(write: (value: Json) => string | undefined): (value: unknown) => string | undefined {
  const writeValue = (value: unknown): string | undefined => {
    if (value === null) return 'null'
    if (isJson(value)) return write(value)
    if (!Array.isArray(value)) return undefined
    const items = value.map(writeValue)
    return items.includes(undefined) ? undefined : `[${items.join()}]`
  }
  return writeValue
}

const scalarText = (value: unknown): string => (typeof value === 'string' ? textOf(value) : JSON.stringify(value))
