import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql'
import { argumentsOf } from './features.ts'

/** What of a supergraph is the same for all viewers. */
export interface SharingIndex {
  /** True for a field marked `@sameForAll`: it shows everyone the same, and only events change it. */
  isSameForAll(typeName: string, fieldName: string): boolean
  /** Types that a subgraph can be asked for by their `id`. */
  entitiesOf(subgraph: string): ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()

/** Reads `@sameForAll` and the keys of the policy supergraph. A field without the mark depends on the viewer. */
export function sharingIndex(supergraph: DocumentNode): SharingIndex {
  const marked = new Set<string>()
  const entities = new Map<string, Set<string>>()
  const names = graphNames(supergraph)
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    const typeName = definition.name.value
    for (const field of definition.fields ?? []) {
      if (field.directives?.some(({ name }) => name.value === 'sameForAll')) marked.add(`${typeName}.${field.name.value}`)
    }
    for (const { graph, key, resolvable } of joins(definition.directives)) {
      const subgraph = names.get(String(graph))
      if (subgraph !== undefined && key === 'id' && resolvable !== false)
        entities.set(subgraph, (entities.get(subgraph) ?? new Set()).add(typeName))
    }
  }
  return {
    isSameForAll: (typeName, fieldName) => marked.has(`${typeName}.${fieldName}`),
    entitiesOf: (subgraph) => entities.get(subgraph) ?? NONE,
  }
}

const joins = (directives: readonly ConstDirectiveNode[] = []) =>
  directives.filter(({ name }) => name.value === 'join__type').map(argumentsOf)

/** The subgraphs' names by those that the join gives them. */
function graphNames(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const graphs = supergraph.definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  )
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) return new Map()
  return new Map(
    graphs.values?.flatMap(({ name, directives }) => {
      const graph = directives?.find((directive) => directive.name.value === 'join__graph')
      return graph ? [[name.value, String(argumentsOf(graph).name)]] : []
    }),
  )
}
