import { GraphQLID, type GraphQLSchema, getNullableType, isObjectType } from 'graphql'
import type { FetchNode, RequiredField, RequiredSelection } from '../planning/planner.ts'
import type { Representation } from '../sources/source.ts'
import { fieldOf, type Json, merge, setField } from './merge.ts'
import { partOf } from './partial-representations.ts'
import type { Repeats } from './repeats.ts'
import { textWriter } from './representation-text.ts'
import { applyRewrites, isSubType } from './rewrites.ts'

type Selections = readonly RequiredSelection[]

/** The JSON text that stands for an entity in `_entities`; undefined when the entity lacks what the fetch requires. */
type Represent = (entity: Json) => string | undefined

/** How entities of one type are represented. */
interface TypeRepresentation {
  readonly write: Represent
  /** Leaf fields that tell entities of the type apart, the most telling first; none when it takes the whole text. */
  readonly keys: readonly string[]
  /** The same as an object; undefined where only a text will do. */
  readonly pick?: (entity: Json) => Json | undefined
}

/** What is asked for once, and by what it is known again. */
interface Known {
  readonly values: readonly unknown[]
  readonly targets: Json[]
  /** The entity, when it has nothing but what represents it: another such one is the same. */
  readonly bare: Json | undefined
}

/** Shows all entities, and puts what each becomes in its place. */
export type Entities = (become: (entity: Json) => Json) => void

/** Entities to ask for, each once, and the objects that each of them stands for. */
export interface Represented {
  readonly representations: readonly Representation[]
  readonly targets: readonly (readonly Json[])[]
  /** All entities that were shown, each once, those without a representation too. */
  readonly entities: ReadonlySet<Json>
}

/**
 * Compiles what a fetch requires of its entities.
 * @param suffices given for a fetch with conditions: whether a part of what it requires is enough to find the entity
 * @param isLocal the subgraph is in this process: entities are handed over as objects where they can be
 */
export function representationsOf(
  schema: GraphQLSchema,
  requires: Selections,
  rewrites: FetchNode['inputRewrites'],
  suffices?: (representation: Json) => boolean,
  isLocal = false,
): (entities: Entities, repeats?: Repeats) => Represented {
  const byType = new Map<unknown, TypeRepresentation>()

  function typeOf(entity: Json): TypeRepresentation {
    const typeName = entity.__typename
    const known = byType.get(typeName)
    if (known) return known
    const made = forType(schema, requires, typeName, suffices !== undefined)
    byType.set(typeName, made)
    return made
  }

  function textOfEntity({ write }: TypeRepresentation, entity: Json): string | undefined {
    const text = write(entity)
    if (text === undefined) return suffices && partial(entity, suffices)
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

  return (entities, repeats) => {
    const representations: Representation[] = []
    const targets: Json[][] = []
    const seen = new Set<Json>()
    const byText = new Map<string, Json[]>()
    const byKey = new Map<TypeRepresentation, Map<unknown, Known>>()

    /** @returns what may stand in the place of the entity */
    function take(entity: Json): Json {
      if (seen.has(entity)) return entity
      const type = typeOf(entity)
      const key = type.keys[0] === undefined ? undefined : fieldOf(entity, type.keys[0])
      const same = key === undefined ? undefined : ofType(byKey, type)
      const known = same?.get(key)
      const isKnown = known && hasValues(entity, type.keys, known.values)
      if (isKnown && repeats && known.bare && isBare(entity, type)) {
        if (!repeats.has(known.bare)) repeats.set(known.bare, { shape: undefined, text: '' })
        return known.bare
      }
      seen.add(entity)
      if (isKnown) {
        known.targets.push(entity)
        return entity
      }
      // Those that share their first key and no more are told apart by their texts.
      const object = isLocal && !rewrites && !known ? type.pick?.(entity) : undefined
      const text = object ? '' : textOfEntity(type, entity)
      if (text === undefined) return entity
      const alike = object ? undefined : byText.get(text)
      if (alike) {
        alike.push(entity)
        return entity
      }
      const own = [entity]
      representations.push(object ?? text)
      targets.push(own)
      if (!object) byText.set(text, own)
      if (same && !known) {
        const values = type.keys.map((name) => fieldOf(entity, name))
        same.set(key, { values, targets: own, bare: isBare(entity, type) ? entity : undefined })
      }
      return entity
    }

    entities(take)
    return { representations, targets, entities: seen }
  }
}

/** Keys and the type's name are all it has. */
function isBare(entity: Json, { keys }: TypeRepresentation): boolean {
  let count = 0
  for (const _ in entity) count += 1
  return count === keys.length + 1
}

function hasValues(entity: Json, names: readonly string[], values: readonly unknown[]): boolean {
  for (let index = 0; index < names.length; index += 1) if (fieldOf(entity, names[index] as string) !== values[index]) return false
  return true
}

function ofType(all: Map<TypeRepresentation, Map<unknown, Known>>, type: TypeRepresentation): Map<unknown, Known> {
  const known = all.get(type)
  if (known) return known
  const made = new Map<unknown, Known>()
  all.set(type, made)
  return made
}

const NOT_REPRESENTED: TypeRepresentation = { write: () => undefined, keys: [] }

/**
 * A type's fragments are alternatives where one lacks its fields, as entities of several keys do; those that do not are joined.
 * @param whole write nothing where one is lacking: more of the entity may be there than the others tell
 */
function forType(schema: GraphQLSchema, requires: Selections, typeName: unknown, whole: boolean): TypeRepresentation {
  if (typeof typeName !== 'string') return NOT_REPRESENTED
  const fragments = requires.flatMap((one) =>
    one.kind === 'InlineFragment' && appliesTo(schema, one.typeCondition, typeName) ? [fieldsOf(schema, one.selections, typeName)] : [],
  )
  const own = requires.filter((one) => one.kind === 'Field')
  const alternatives = own.length > 0 ? [...fragments, own] : fragments
  const writers = alternatives.map((selections) => textWriter(schema, selections))
  const [only, ...more] = alternatives
  const [write] = writers
  if (!only || !write) return NOT_REPRESENTED
  // Nothing is an entity without its type.
  if (more.length === 0) {
    if (!only.some(isTypeName)) return NOT_REPRESENTED
    const keys = leafKeys(schema, typeName, only)
    return { write, keys, ...(keys.length > 0 && { pick: leafPicker(only) }) }
  }
  return {
    keys: [],
    write(entity) {
      const joined: Json = {}
      for (const writeOne of writers) {
        const text = writeOne(entity)
        if (text !== undefined) merge(joined, JSON.parse(text) as Json)
        else if (whole) return undefined
      }
      return joined.__typename === undefined ? undefined : JSON.stringify(joined)
    },
  }
}

/** Fields of selections that apply to a type, also in fragments inside of each other. */
const fieldsOf = (schema: GraphQLSchema, selections: Selections, typeName: string): readonly RequiredField[] =>
  selections.flatMap((one) => {
    if (one.kind === 'Field') return [one]
    return appliesTo(schema, one.typeCondition, typeName) ? fieldsOf(schema, one.selections, typeName) : []
  })

const isTypeName = (one: RequiredSelection) => one.kind === 'Field' && one.name === '__typename' && one.alias === undefined

/** Names of what is selected, identifiers first: objects with the same values have the same text. None where one is more than a leaf. */
function leafKeys(schema: GraphQLSchema, typeName: string, selections: Selections): readonly string[] {
  const fields = selections.filter((one) => !isTypeName(one))
  if (!fields.every((one) => one.kind === 'Field' && !one.selections)) return []
  const type = schema.getType(typeName)
  const isId = ({ name }: RequiredField) => isObjectType(type) && getNullableType(type.getFields()[name]?.type) === GraphQLID
  const names = (fields as readonly RequiredField[])
    .toSorted((one, other) => Number(isId(other)) - Number(isId(one)))
    .map(({ alias, name }) => alias ?? name)
  return [...new Set(names)]
}

/** Copies leaf fields of an object; undefined when it lacks one, or holds one that would not be the same as text. */
function leafPicker(fields: readonly RequiredField[]): (entity: Json) => Json | undefined {
  const names = [...new Set(fields.map(({ alias, name }) => alias ?? name))]
  return (entity) => {
    const picked: Json = {}
    for (const name of names) {
      const value = fieldOf(entity, name)
      if (typeof value !== 'string' && typeof value !== 'boolean' && value !== null && !Number.isFinite(value)) return undefined
      setField(picked, name, value)
    }
    return picked
  }
}

const appliesTo = (schema: GraphQLSchema, condition: string | undefined, typeName: string) =>
  condition === undefined || isSubType(schema, condition, typeName)
