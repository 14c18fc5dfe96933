import type { GraphQLSchema } from 'graphql'
import type { FetchNode } from '../planning/planner.ts'
import { fieldOf, isJson, type Json, merge } from './merge.ts'
import { partOf } from './partial-representations.ts'
import { applyRewrites, isSubType } from './rewrites.ts'

type Selections = NonNullable<FetchNode['requires']>
type Selection = Selections[number]
type Field = Extract<Selection, { readonly kind: 'Field' }>

/** The JSON text that stands for an entity in `_entities`; undefined when the entity lacks what the fetch requires. */
export type Represent = (entity: Json) => string | undefined

/**
 * Compiles what a fetch requires of its entities.
 * @param isKeyed given for a fetch with conditions: whether a part of what it requires is enough to find the entity
 */
export function representationOf(
  schema: GraphQLSchema,
  requires: Selections,
  rewrites: FetchNode['inputRewrites'],
  isKeyed?: (representation: Json) => boolean,
): Represent {
  const byType = new Map<unknown, Represent>()
  return (entity) => {
    const typeName = entity.__typename
    let represent = byType.get(typeName)
    if (!represent) {
      represent = forType(schema, requires, typeName)
      byType.set(typeName, represent)
    }
    const text = represent(entity)
    if (text === undefined) return isKeyed && partial(entity, isKeyed)
    return rewrites ? JSON.stringify(rewritten(JSON.parse(text) as Json)) : text
  }

  function partial(entity: Json, suffices: (representation: Json) => boolean): string | undefined {
    const part = rewritten(partOf(schema, requires, entity))
    return suffices(part) ? JSON.stringify(part) : undefined
  }

  function rewritten(representation: Json): Json {
    if (rewrites) applyRewrites(schema, rewrites, representation)
    return representation
  }
}

/** A type's fragments are alternatives where one lacks its fields, as entities of several keys do; those that do not are joined. */
function forType(schema: GraphQLSchema, requires: Selections, typeName: unknown): Represent {
  const alternatives = requires
    .filter((one) => one.kind === 'InlineFragment' && typeof typeName === 'string' && appliesTo(schema, one.typeCondition, typeName))
    .map((one) => textWriter(schema, one.selections ?? []))
  const own = requires.filter((one) => one.kind === 'Field')
  if (own.length > 0) alternatives.push(textWriter(schema, own))
  const [only, ...more] = alternatives
  const named = (text: string | undefined) => (text?.includes('"__typename":"') ? text : undefined)
  if (!only) return () => undefined
  if (more.length === 0) return (entity) => named(only(entity))
  return (entity) => {
    const joined: Json = {}
    for (const write of alternatives) {
      const text = write(entity)
      if (text !== undefined) merge(joined, JSON.parse(text) as Json)
    }
    return named(JSON.stringify(joined))
  }
}

const appliesTo = (schema: GraphQLSchema, condition: string | undefined, typeName: string) =>
  condition === undefined || isSubType(schema, condition, typeName)

/** Writes selected fields of an object; undefined when it lacks one. */
function textWriter(schema: GraphQLSchema, selections: Selections): (value: Json) => string | undefined {
  if (selections.some(({ kind }) => kind === 'InlineFragment')) return abstractWriter(schema, selections)
  const fields = (selections as readonly Field[]).map(({ alias, name, selections: inner }) => ({
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

/** Selections with fragments inside a key: what applies depends on each object. */
function abstractWriter(schema: GraphQLSchema, selections: Selections): (value: Json) => string | undefined {
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

const scalarText = (value: unknown): string => JSON.stringify(value)
