import { type DocumentNode, Kind } from 'graphql'
import { argumentsOf } from './features.ts'

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
    const graph = directives?.find((directive) => directive.name.value === 'join__graph')
    const { name, url } = graph ? argumentsOf(graph) : {}
    return typeof name === 'string' ? [{ name, url: typeof url === 'string' ? url : '' }] : []
  })
}
