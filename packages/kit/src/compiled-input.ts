import {
  coerceInputValue,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql'
import type { Values } from './compiled-plan.ts'

const MOST_ERRORS = 50

/** What is not simply right: graphql-js says what it means, or what is wrong with it. */
const UNSURE = Symbol('unsure')

type Read = (value: unknown) => unknown

/** Writes one variable or argument where it belongs. @returns false when graphql-js must look at it */
type Take = (from: Values, into: Record<string, unknown>) => boolean

/** Compiles the reading of an operation's variables: the same values and errors as `getVariableValues`. */
export function compileVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  { maxErrors = MOST_ERRORS }: { readonly maxErrors?: number } = {},
) {
  const takes = variableDefinitions.map((definition) => takeVariable(schema, definition))
  return (given: Values): ReturnType<typeof getVariableValues> => {
    const coerced: Record<string, unknown> = Object.create(null)
    for (const take of takes) if (!take(given, coerced)) return getVariableValues(schema, variableDefinitions, given, { maxErrors })
    return { coerced }
  }
}

function takeVariable(schema: GraphQLSchema, { variable, type: typeNode, defaultValue }: VariableDefinitionNode): Take {
  const name = variable.name.value
  const type = typeFromAST(schema, typeNode as Parameters<typeof typeFromAST>[1])
  if (!isInputType(type)) return () => false
  const read = reader(type)
  return (given, into) => {
    if (!Object.hasOwn(given, name)) {
      // Made anew each time: whoever gets it may change it.
      if (defaultValue) into[name] = valueFromAST(defaultValue, type)
      return defaultValue !== undefined || !isNonNullType(type)
    }
    const value = read(given[name])
    into[name] = value
    return value !== UNSURE
  }
}

function reader(type: GraphQLInputType): Read {
  if (isNonNullType(type)) {
    const read = reader(type.ofType)
    return (value) => (value === null || value === undefined ? UNSURE : read(value))
  }
  const read = isListType(type) ? listReader(reader(type.ofType)) : isLeafType(type) ? leafReader(type.parseValue.bind(type)) : rest(type)
  return (value) => (value === null || value === undefined ? null : read(value))
}

function listReader(read: Read): Read {
  return (value) => {
    if (!Array.isArray(value)) return UNSURE
    const items: unknown[] = []
    for (const one of value) {
      const item = read(one)
      if (item === UNSURE) return UNSURE
      items.push(item)
    }
    return items
  }
}

function leafReader(parse: Read): Read {
  return (value) => {
    try {
      return parse(value) ?? UNSURE
    } catch {
      return UNSURE
    }
  }
}

function rest(type: GraphQLInputType): Read {
  return (value) => {
    let wrong = false
    const coerced: unknown = coerceInputValue(value, type, () => {
      wrong = true
    })
    return wrong ? UNSURE : coerced
  }
}

/** Reads the arguments of a field, the same as `getArgumentValues`. @throws GraphQLError when they are not usable */
export type ReadArguments = (variables: Values) => Record<string, unknown>

/** Compiles the reading of a field's arguments; undefined when there are none. */
export function compileArguments(definition: GraphQLField<unknown, unknown>, node: FieldNode): ReadArguments | undefined {
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]))
  if (given.size === 0 && definition.args.every(({ defaultValue }) => defaultValue === undefined)) return undefined
  const takes = definition.args.map((argument) => takeArgument(argument, given.get(argument.name)))
  return (variables) => {
    const values: Record<string, unknown> = {}
    for (const take of takes) if (!take(variables, values)) return getArgumentValues(definition, node, variables)
    return values
  }
}

function takeArgument({ name, type, defaultValue }: GraphQLArgument, node: ValueNode | undefined): Take {
  const left: Take = (_, into) => {
    if (defaultValue !== undefined) into[name] = defaultValue
    return defaultValue !== undefined || !isNonNullType(type)
  }
  if (!node) return left
  if (node.kind !== Kind.VARIABLE) {
    return (variables, into) => {
      into[name] = valueFromAST(node, type, variables)
      return into[name] !== undefined
    }
  }
  const variable = node.name.value
  return (variables, into) => {
    if (!Object.hasOwn(variables, variable)) return left(variables, into)
    const value = variables[variable]
    into[name] = value
    return value !== undefined && (value !== null || !isNonNullType(type))
  }
}
