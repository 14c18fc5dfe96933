import { type DocumentNode, Kind, valueFromASTUntyped } from 'graphql'

/** A subgraph as the supergraph names it. */
export interface JoinedSubgraph {
  readonly name: string
  readonly url: string
}

/** The subgraphs of a supergraph, from its `@join__graph` values. */
export function joinedSubgraphs(supergraph: DocumentNode): readonly JoinedSubgraph[] {
  const graphs = supergraph.definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  )
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) return []
  return (graphs.values ?? []).flatMap(({ directives }) => {
    const given = directives?.find(({ name }) => name.value === 'join__graph')?.arguments ?? []
    const { name, url } = Object.fromEntries(given.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]))
    return typeof name === 'string' ? [{ name, url: typeof url === 'string' ? url : '' }] : []
  })
}
