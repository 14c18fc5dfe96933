import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { OTHER } from '../operations/data-names.ts'
import { fragmentsOf } from '../operations/fragments.ts'
import { argumentsOf } from '../supergraph/features.ts'
import { rootTypes } from '../supergraph/root-types.ts'
import type { FetchNode, KeyRenamer } from './planner.ts'

/** A field as one subgraph has it. */
interface SubgraphField {
  readonly type: string
  readonly field: string
  readonly subgraph: string
  /** With lists and `!`. */
  readonly returns: string
}

/**
 * Changes a fetch that its subgraph would refuse: one that asks under one name for two fields that the subgraph has with
 * different types, as `... on User { name } ... on Admin { name }` where one of them has a `!` there. In the supergraph they are the same. Planners
 * give one of them another name, but not everywhere. Null where no fetch can have such fields.
 */
export function separateUnmerged(supergraph: DocumentNode): ((fetch: FetchNode) => FetchNode) | null {
  const unmerged = unmergedFields(supergraph)
  if (unmerged.size === 0) return null
  const returns = new Map<string, string>()
  const behind = new Map<string, string>()
  for (const { type, field, subgraph, returns: own } of supergraph.definitions.flatMap(subgraphFields(supergraph))) {
    returns.set(`${subgraph} ${type}.${field}`, own)
    behind.set(`${type}.${field}`, own.replace(/[[\]!]/g, ''))
  }
  const isNamed = new RegExp(`\\b(?:${[...unmerged].join('|')})\\b`)
  const roots = rootTypes(supergraph)

  return (fetch) => {
    const { operation, serviceName, operationKind, requires } = fetch
    if (!isNamed.test(operation)) return fetch
    const found = new Map<string, string>()
    const renamers: KeyRenamer[] = []

    function separate(set: SelectionSetNode, type: string | undefined, path: readonly string[]): SelectionSetNode {
      return {
        ...set,
        selections: set.selections.map((one) => (one.kind === Kind.FIELD ? separateField(one, type, path) : separateIn(one, type, path))),
      }
    }

    const separateIn = (one: SelectionNode, type: string | undefined, path: readonly string[]): SelectionNode =>
      one.kind === Kind.INLINE_FRAGMENT
        ? { ...one, selectionSet: separate(one.selectionSet, one.typeCondition?.name.value ?? type, path) }
        : one

    function separateField(field: FieldNode, type: string | undefined, path: readonly string[]): FieldNode {
      const called = (field.alias ?? field.name).value
      const own = returns.get(`${serviceName} ${type}.${field.name.value}`)
      const place = [...path, called].join('.')
      const first = found.get(place) ?? own
      if (first !== undefined) found.set(place, first)
      const name = own === first ? called : `${OTHER}${type}__${called}`
      const { selectionSet } = field
      const inner = selectionSet && separate(selectionSet, behind.get(`${type}.${field.name.value}`), [...path, name])
      // What is inside has its name again before what it is in has.
      if (name !== called) renamers.push({ kind: 'KeyRenamer', path: [...path, name], renameKeyTo: called })
      return { ...field, ...(name !== called && { alias: { kind: Kind.NAME, value: name } }), ...(inner && { selectionSet: inner }) }
    }

    const [definition] = withoutSpreads(parse(operation, { noLocation: true })).definitions
    if (definition?.kind !== Kind.OPERATION_DEFINITION) return fetch
    const selectionSet = separate(definition.selectionSet, roots.get(operationKind), [])
    if (renamers.length === 0) return fetch
    // Entities are changed one by one.
    const outputRewrites = requires ? renamers.map((one) => ({ ...one, path: one.path.slice(1) })) : renamers
    return {
      ...fetch,
      operation: stripIgnoredCharacters(print({ ...definition, selectionSet })),
      outputRewrites: [...outputRewrites, ...(fetch.outputRewrites ?? [])],
    }
  }
}

/** The document with what its fragments hold wherever they are spread. */
function withoutSpreads(document: DocumentNode): DocumentNode {
  const fragments = fragmentsOf(document)
  if (fragments.size === 0) return document
  return visit(document, {
    FragmentSpread({ name, directives = [] }) {
      const { typeCondition, selectionSet } = fragments.get(name.value) ?? {}
      return selectionSet && { kind: Kind.INLINE_FRAGMENT, directives, selectionSet, ...(typeCondition && { typeCondition }) }
    },
  })
}

/**
 * Names of fields that do not merge below one abstract type: a subgraph has them with `!` on one of its types and without on another. Nothing is to
 * be looked at where no fetch has one.
 */
function unmergedFields(supergraph: DocumentNode): ReadonlySet<string> {
  const fieldsOf = subgraphFields(supergraph)
  const objects = supergraph.definitions.filter((one) => one.kind === Kind.OBJECT_TYPE_DEFINITION)
  const found = new Set<string>()
  for (const one of supergraph.definitions) {
    const isKind =
      one.kind === Kind.UNION_TYPE_DEFINITION
        ? ({ name }: ObjectTypeDefinitionNode) => one.types?.some((type) => type.name.value === name.value)
        : one.kind === Kind.INTERFACE_TYPE_DEFINITION
          ? ({ interfaces = [] }: ObjectTypeDefinitionNode) => interfaces.some(({ name }) => name.value === one.name.value)
          : () => false
    const known = new Map<string, string>()
    for (const { field, subgraph, returns } of objects.filter(isKind).flatMap(fieldsOf)) {
      const place = `${subgraph} ${field}`
      if ((known.get(place) ?? returns) !== returns) found.add(field)
      known.set(place, returns)
    }
  }
  return found
}

/** Tells the fields of a type, once for each subgraph that has them. */
function subgraphFields(supergraph: DocumentNode): (one: DefinitionNode) => readonly SubgraphField[] {
  const names = subgraphNames(supergraph)
  return (one) => {
    if (one.kind !== Kind.OBJECT_TYPE_DEFINITION && one.kind !== Kind.INTERFACE_TYPE_DEFINITION) return []
    const { name, directives = [], fields = [] } = one
    const all = directives.flatMap((directive) => (directive.name.value === 'join__type' ? [argumentsOf(directive).graph] : []))
    return fields.flatMap(({ name: field, type, directives: joins = [] }) => {
      const own = joins.flatMap((join) => (join.name.value === 'join__field' ? [argumentsOf(join)] : []))
      const places = own.length > 0 ? own : all.map((graph) => ({ graph, type: undefined }))
      return places.map(({ graph, type: given }) => ({
        type: name.value,
        field: field.value,
        subgraph: names.get(graph) ?? '',
        returns: String(given ?? print(type)),
      }))
    })
  }
}

/** Names of subgraphs by what a supergraph calls them. */
function subgraphNames(supergraph: DocumentNode): ReadonlyMap<unknown, string> {
  const names = new Map<unknown, string>()
  visit(supergraph, {
    EnumValueDefinition({ name, directives = [] }) {
      for (const directive of directives)
        if (directive.name.value === 'join__graph') names.set(name.value, String(argumentsOf(directive).name))
    },
  })
  return names
}
