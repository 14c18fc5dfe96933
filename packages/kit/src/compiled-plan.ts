import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql'
import type { ReadArguments } from './compiled-input.ts'

/** The selections of a field that share its name in the answer. */
export type Nodes = readonly [FieldNode, ...FieldNode[]]

export type Values = Readonly<Record<string, unknown>>

/** Where something stands in the answer: a key, and where its holder stands. */
export type Place = GraphQLResolveInfo['path']

/**
 * Makes of what a resolver gave what stands in the answer: a value, or a promise of one.
 * @param place where the value stands
 * @throws for a value that the type does not allow
 */
export type Complete = (run: QueryRun, value: unknown, place: Place, field: FieldPlan) => unknown

/** A field of one object type, as it is executed again and again. */
export interface FieldPlan {
  /** Its name in the answer. */
  readonly name: string
  readonly nodes: Nodes
  readonly definition: GraphQLField<unknown, unknown>
  readonly parentType: GraphQLObjectType
  /** Undefined for a field that reads the property of its name. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined
  /** Undefined when there are no arguments. */
  readonly readArguments: ReadArguments | undefined
  /** Where a run keeps the arguments. */
  readonly argumentPlace: number
  readonly isNonNull: boolean
  /** A leaf that is a property: most fields are. */
  readonly isPlain: boolean
  readonly complete: Complete
}

/** The fields that are selected on one object type. */
export interface ObjectPlan {
  readonly fields: readonly FieldPlan[]
  /** An object with these fields, all null: copies of it share one shape. */
  readonly template: Readonly<Record<string, null>>
}

/** The plans of one operation for one set of values of `@skip` and `@include`. */
export interface Program {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly root: ObjectPlan
}

/** One execution of a program. */
export interface QueryRun {
  readonly program: Program
  readonly context: unknown
  readonly variables: Values
  readonly errors: GraphQLError[]
  /** Arguments by the fields' places: they depend on the variables alone. */
  readonly arguments: (Record<string, unknown> | undefined)[]
}

/** What became of a failed value: null with an error at its place, or the failure of what holds it. @throws GraphQLError */
export function failedValue(run: QueryRun, field: FieldPlan, place: Place, error: unknown, isNonNull: boolean): null {
  const located = locatedError(error, field.nodes, keysOf(place))
  if (isNonNull) throw located
  run.errors.push(located)
  return null
}

function keysOf(place: Place): (string | number)[] {
  const keys: (string | number)[] = []
  for (let one: Place | undefined = place; one; one = one.prev) keys.push(one.key)
  return keys.reverse()
}

/** What resolvers are told of the field that they are for, as graphql-js 16 tells them. */
export function resolveInfo({ program, variables }: QueryRun, field: FieldPlan, place: Place): GraphQLResolveInfo {
  const { schema, fragments, operation } = program
  const info = {
    fieldName: field.definition.name,
    fieldNodes: field.nodes,
    returnType: field.definition.type,
    parentType: field.parentType,
    path: place,
    schema,
    fragments,
    rootValue: undefined,
    operation,
    variableValues: variables,
  }
  // Other libraries in the workspace declare more of it than there is.
  return info as unknown as GraphQLResolveInfo
}
