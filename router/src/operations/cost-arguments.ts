import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql'
import type { CostIndex } from '../supergraph/cost-index.ts'
import { sum, type Term, type Variables } from './cost-terms.ts'

const INPUT_OBJECT = 1

/** What the arguments of a field cost: input objects 1 each, scalars nothing, unless `@cost` says otherwise. Null costs nothing. */
export function argumentsTerm(index: CostIndex, typeName: string, definition: GraphQLField<unknown, unknown>, field: FieldNode): Term {
  const terms: Term[] = []
  for (const { name, value } of field.arguments ?? []) {
    const argument = definition.args.find((one) => one.name === name.value)
    if (argument) terms.push(inputTerm(index, argument.type, index.inputWeightOf(`${typeName}.${definition.name}(${name.value})`), value))
  }
  return sum(terms)
}

function inputTerm(index: CostIndex, type: GraphQLInputType, weight: number | undefined, node: ValueNode): Term {
  if (weight === undefined && !isInputObjectType(getNamedType(type))) return 0
  switch (node.kind) {
    case Kind.NULL:
      return 0
    case Kind.VARIABLE: {
      const { value: name } = node.name
      return (variables: Variables) => valueCost(index, type, weight, variables[name])
    }
    case Kind.LIST: {
      const item = itemType(type)
      return sum([weight ?? 0, ...node.values.map((value) => inputTerm(index, item, weight, value))])
    }
    case Kind.OBJECT: {
      const object = getNamedType(type)
      if (!isInputObjectType(object)) return weight ?? 0
      const fields = node.fields.map(({ name, value }) => fieldTerm(index, object, name.value, value))
      return sum([weight ?? INPUT_OBJECT, ...fields])
    }
    default:
      return weight ?? 0
  }
}

function fieldTerm(index: CostIndex, object: GraphQLInputObjectType, name: string, value: ValueNode): Term {
  const field = object.getFields()[name]
  return field ? inputTerm(index, field.type, index.inputWeightOf(`${object.name}.${name}`), value) : 0
}

function valueCost(index: CostIndex, type: GraphQLInputType, weight: number | undefined, value: unknown): number {
  if (value === null || value === undefined) return 0
  if (Array.isArray(value)) {
    const item = itemType(type)
    return value.reduce<number>((total, one) => total + valueCost(index, item, weight, one), weight ?? 0)
  }
  const object = getNamedType(type)
  if (!isInputObjectType(object)) return weight ?? 0
  let cost = weight ?? INPUT_OBJECT
  const fields = object.getFields()
  for (const [name, inner] of Object.entries(value)) {
    const field = fields[name]
    if (field) cost += valueCost(index, field.type, index.inputWeightOf(`${object.name}.${name}`), inner)
  }
  return cost
}

function itemType(type: GraphQLInputType): GraphQLInputType {
  const nullable = getNullableType(type)
  return isListType(nullable) ? nullable.ofType : type
}
