import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { entityFields } from '../planning/required-fetches.ts'
import { argumentsOf } from '../supergraph/features.ts'
import { fieldOf, isJson, type Json } from './merge.ts'

/** Whether an object has all fields of one of the keys by which a subgraph resolves its type, or the type of which it is a kind. */
export function keyCheck(supergraph: GraphQLSchema, serviceName: string): (entity: Json) => boolean {
  const graph = graphOf(supergraph, serviceName)
  const keys = byType((typeName) => keysOf(supergraph, graph, typeName))
  return (entity) => keys(String(entity.__typename)).some((key) => has(entity, key))
}

/** Whether an object has enough for a fetch: a key, and what at least one of the fields requires that are asked for. */
export function fetchCheck(supergraph: GraphQLSchema, serviceName: string, query: string): (entity: Json) => boolean {
  const graph = graphOf(supergraph, serviceName)
  const isKeyed = keyCheck(supergraph, serviceName)
  const fields = entityFields(parse(query, { noLocation: true })).flatMap(({ name }) => (name.value === '__typename' ? [] : [name.value]))
  const requirements = byType((typeName) => fields.map((field) => requirementOf(supergraph, graph, typeName, field)))
  return (entity) => isKeyed(entity) && requirements(String(entity.__typename)).some((one) => one === null || has(entity, one))
}

/** Names of the interfaces that a subgraph knows as objects: it calls their entities so. Undefined where there are none. */
export function interfaceObjects(supergraph: GraphQLSchema, serviceName: string): ReadonlySet<string> | undefined {
  const graph = graphOf(supergraph, serviceName)
  const found = Object.values(supergraph.getTypeMap()).filter(
    (type) =>
      isInterfaceType(type) &&
      type.astNode?.directives?.some((directive) => {
        const { graph: of, isInterfaceObject } = argumentsOf(directive)
        return of === graph && isInterfaceObject === true
      }),
  )
  return found.length === 0 ? undefined : new Set(found.map(({ name }) => name))
}

function byType<T>(make: (typeName: string) => T): (typeName: string) => T {
  const known = new Map<string, T>()
  return (typeName) => {
    const made = known.get(typeName) ?? make(typeName)
    known.set(typeName, made)
    return made
  }
}

/** The value of `join__Graph` that stands for a subgraph. */
function graphOf(supergraph: GraphQLSchema, serviceName: string): string | undefined {
  const graphs = supergraph.getType('join__Graph')
  if (!isEnumType(graphs)) return undefined
  return graphs.getValues().find(({ astNode }) => astNode?.directives?.some((one) => argumentsOf(one).name === serviceName))?.name
}

/** A type, and those of which it is a kind. */
function typesOf(supergraph: GraphQLSchema, typeName: string): readonly (GraphQLObjectType | GraphQLInterfaceType)[] {
  const type = supergraph.getType(typeName)
  return isObjectType(type) || isInterfaceType(type) ? [type, ...type.getInterfaces()] : []
}

function requirementOf(supergraph: GraphQLSchema, graph: string | undefined, typeName: string, field: string): SelectionSetNode | null {
  const required = typesOf(supergraph, typeName)
    .flatMap((type) => type.getFields()[field]?.astNode?.directives ?? [])
    .map(argumentsOf)
    .find(({ graph: of, requires }) => of === graph && typeof requires === 'string')
  return required ? fieldSet(String(required.requires)) : null
}

function keysOf(supergraph: GraphQLSchema, graph: string | undefined, typeName: string): readonly SelectionSetNode[] {
  return typesOf(supergraph, typeName).flatMap((one) =>
    (one.astNode?.directives ?? []).flatMap((directive) => {
      const { graph: of, key, resolvable } = argumentsOf(directive)
      return directive.name.value === 'join__type' && of === graph && typeof key === 'string' && resolvable !== false ? [fieldSet(key)] : []
    }),
  )
}

function fieldSet(text: string): SelectionSetNode {
  const [definition] = parse(`{${text}}`, { noLocation: true }).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`"${text}" is no field set`)
  return definition.selectionSet
}

/** Fragments in a key are about kinds of an object; an object of another kind lacks nothing. */
function has(value: unknown, set: SelectionSetNode): boolean {
  if (Array.isArray(value)) return value.every((item) => has(item, set))
  if (!isJson(value)) return false
  return set.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return true
    const given = fieldOf(value, selection.name.value)
    return given !== undefined && (!selection.selectionSet || given === null || has(given, selection.selectionSet))
  })
}
