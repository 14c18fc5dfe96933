import { type GraphQLSchema, isEnumType, Kind, parse, type SelectionSetNode } from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'
import { fieldOf, isJson, type Json } from './merge.ts'

/** Whether an object has all fields of one of the keys by which a subgraph resolves its type, or the type of which it is a kind. */
export function keyCheck(supergraph: GraphQLSchema, serviceName: string): (entity: Json) => boolean {
  const graph = graphOf(supergraph, serviceName)
  const known = new Map<string, readonly SelectionSetNode[]>()
  return (entity) => {
    const name = String(entity.__typename)
    const keys = known.get(name) ?? keysOf(supergraph, graph, name)
    known.set(name, keys)
    return keys.some((key) => has(entity, key))
  }
}

/** The value of `join__Graph` that stands for a subgraph. */
function graphOf(supergraph: GraphQLSchema, serviceName: string): string | undefined {
  const graphs = supergraph.getType('join__Graph')
  if (!isEnumType(graphs)) return undefined
  return graphs.getValues().find(({ astNode }) => astNode?.directives?.some((one) => argumentsOf(one).name === serviceName))?.name
}

function keysOf(supergraph: GraphQLSchema, graph: string | undefined, typeName: string): readonly SelectionSetNode[] {
  const type = supergraph.getType(typeName)
  const interfaces = type && 'getInterfaces' in type ? type.getInterfaces() : []
  return [type, ...interfaces].flatMap((one) =>
    (one?.astNode?.directives ?? []).flatMap((directive) => {
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
