import {
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql'
import type { Random } from './random.ts'

/** A value for an input type: text for a document, and the same as JSON for a variable. */
export interface InputValue {
  readonly literal: string
  readonly json: unknown
}

const NULL: InputValue = { literal: 'null', json: null }

/** A random valid value. @param depth input objects nest no deeper */
export function randomValue(random: Random, type: GraphQLInputType, depth = 3): InputValue {
  if (isNonNullType(type)) return present(random, type.ofType, depth)
  return random.chance(10) ? NULL : present(random, type, depth)
}

function present(random: Random, type: GraphQLInputType, depth: number): InputValue {
  if (isListType(type)) {
    const items = Array.from({ length: random.below(3) }, () => randomValue(random, type.ofType, depth - 1))
    return { literal: `[${items.map(({ literal }) => literal).join(', ')}]`, json: items.map(({ json }) => json) }
  }
  if (isEnumType(type)) {
    const { name } = random.pick(type.getValues())
    return { literal: name, json: name }
  }
  if (isInputObjectType(type)) return object(random, Object.values(type.getFields()), depth)
  const json = isScalarType(type) ? scalar(random, type.name) : null
  return { literal: JSON.stringify(json), json }
}

function object(random: Random, fields: readonly GraphQLInputField[], depth: number): InputValue {
  const given = fields
    .filter((field) => (isNonNullType(field.type) && field.defaultValue === undefined) || (depth > 0 && random.chance(50)))
    .map(({ name, type }) => ({ name, value: randomValue(random, type, depth - 1) }))
  return {
    literal: `{${given.map(({ name, value }) => `${name}: ${value.literal}`).join(', ')}}`,
    json: Object.fromEntries(given.map(({ name, value }) => [name, value.json])),
  }
}

function scalar(random: Random, name: string): unknown {
  switch (name) {
    case 'Int':
      return random.below(5)
    case 'Float':
      return random.below(40) / 8
    case 'Boolean':
      return random.chance(50)
    default:
      return random.pick(['x', 'key~1', 'key~7', 'näïve "q"', ''])
  }
}
