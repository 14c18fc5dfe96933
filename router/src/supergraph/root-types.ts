import { type DocumentNode, Kind } from 'graphql'

/** Names of a supergraph's root types, by the kind of operation. */
export const rootTypes = (supergraph: DocumentNode): ReadonlyMap<string, string> =>
  new Map(
    supergraph.definitions.flatMap((one) =>
      one.kind === Kind.SCHEMA_DEFINITION ? one.operationTypes.map(({ operation, type }) => [operation, type.name.value] as const) : [],
    ),
  )
