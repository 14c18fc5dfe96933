import {
  type ArgumentNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type NamedTypeNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type TypeNode,
  visit,
} from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'
import { REQUIRED } from './planner.ts'

/** A field with the arguments with which other fields require it. */
export interface RequiredCall {
  readonly field: string
  readonly arguments: readonly ArgumentNode[]
}

export interface RequiredArguments {
  /** The supergraph, in which each required call is a field without arguments. */
  readonly supergraph: DocumentNode
  /** Calls by the names of those fields. */
  readonly calls: ReadonlyMap<string, RequiredCall>
  /** Names of calls that a field requires, by subgraph and field. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * The planner knows one value of a field for each object, so it takes `price(currency: "EUR")` of a client, or of another `@requires`,
 * for the `price(currency: "USD")` that a field requires. As a field of its own each call has its own place in the data.
 */
export function separateRequiredArguments(supergraph: DocumentNode): RequiredArguments {
  const types = typesOf(supergraph)
  const names = new Map<string, string>()
  const calls = new Map<string, RequiredCall>()
  const needs = new Map<string, Set<string>>()
  /** New fields of types. */
  const added = new Map<string, Map<string, FieldDefinitionNode>>()
  const services = servicesOf(supergraph)

  function callOf(typeName: string, field: FieldDefinitionNode, given: readonly ArgumentNode[]): string {
    const text = `${field.name.value}(${given.map(print).join()})`
    const name = names.get(text) ?? `${REQUIRED}${names.size}__${field.name.value}`
    names.set(text, name)
    calls.set(name, { field: field.name.value, arguments: given })
    for (const owner of [typeName, ...(types.get(typeName)?.kinds ?? [])]) {
      const definition = types.get(owner)?.fields.get(field.name.value)
      const fields = added.get(owner) ?? new Map<string, FieldDefinitionNode>()
      if (definition) added.set(owner, fields.set(name, { ...definition, name: { ...definition.name, value: name }, arguments: [] }))
    }
    return name
  }

  function separated(typeName: string, set: SelectionSetNode, used: Set<string>): SelectionSetNode {
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = separated(selection.typeCondition?.name.value ?? typeName, selection.selectionSet, used)
        return { ...selection, selectionSet: inner }
      }
      const field = types.get(typeName)?.fields.get(selection.name.value)
      if (!field) return selection
      const selectionSet = selection.selectionSet && separated(namedType(field.type), selection.selectionSet, used)
      if (!selection.arguments?.length) return { ...selection, ...(selectionSet && { selectionSet }) }
      const name = callOf(typeName, field, selection.arguments)
      used.add(name)
      return { ...selection, name: { ...selection.name, value: name }, arguments: [], ...(selectionSet && { selectionSet }) }
    })
    return { ...set, selections }
  }

  const rewritten = visit(supergraph, {
    Directive(directive, _key, _parent, _path, ancestors) {
      const { graph, requires } = argumentsOf(directive)
      if (directive.name.value !== 'join__field' || typeof requires !== 'string' || !requires.includes('(')) return undefined
      const [type, field] = ancestors.flatMap((one) => (Array.isArray(one) || !('name' in one) || !one.name ? [] : [one.name.value]))
      const [definition] = parse(`{${requires}}`, { noLocation: true }).definitions
      if (type === undefined || field === undefined || definition?.kind !== Kind.OPERATION_DEFINITION) return undefined
      const used = new Set<string>()
      const set = separated(type, definition.selectionSet, used)
      const key = `${services.get(String(graph))} ${field}`
      needs.set(key, new Set([...(needs.get(key) ?? []), ...used]))
      const value = { kind: Kind.STRING as const, value: stripIgnoredCharacters(print(set)).slice(1, -1) }
      return { ...directive, arguments: directive.arguments?.map((one) => (one.name.value === 'requires' ? { ...one, value } : one)) ?? [] }
    },
  })
  if (calls.size === 0) return { supergraph, calls, needs }
  const complete = <T extends { readonly name: { readonly value: string }; readonly fields?: readonly FieldDefinitionNode[] }>(type: T) => {
    const more = added.get(type.name.value)
    return more && { ...type, fields: [...(type.fields ?? []), ...more.values()] }
  }
  return { supergraph: visit(rewritten, { ObjectTypeDefinition: complete, InterfaceTypeDefinition: complete }), calls, needs }
}

interface CompositeType {
  readonly fields: ReadonlyMap<string, FieldDefinitionNode>
  /** Types that implement it. */
  readonly kinds: readonly string[]
}

function typesOf(supergraph: DocumentNode): ReadonlyMap<string, CompositeType> {
  const definitions = supergraph.definitions.filter(
    (one) => one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION,
  )
  const implementing = (name: string) =>
    definitions
      .filter(({ interfaces = [] }) => interfaces.some((one: NamedTypeNode) => one.name.value === name))
      .map(({ name }) => name.value)
  return new Map(
    definitions.map(({ name, fields = [] }) => [
      name.value,
      { fields: new Map(fields.map((field) => [field.name.value, field])), kinds: implementing(name.value) },
    ]),
  )
}

/** Names of subgraphs by their values of `join__Graph`. */
function servicesOf(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const graphs = supergraph.definitions.find((one) => one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'join__Graph')
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : []
  return new Map(
    values.map(({ name, directives = [] }) => [
      name.value,
      directives.map((one) => argumentsOf(one).name).find((one) => typeof one === 'string') ?? '',
    ]),
  )
}

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))
