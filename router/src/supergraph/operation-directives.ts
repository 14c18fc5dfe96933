import { type DirectiveDefinitionNode, type DocumentNode, extendSchema, type GraphQLSchema, Kind } from 'graphql'
import { argumentsOf, featureOf } from './features.ts'

const IN_OPERATIONS: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
])

/**
 * Directives that subgraphs compose (`@composeDirective`) for clients to use in operations. Apollo's packages take them for machinery and
 * leave them out of the API schema. Which subgraph knows which is not in a supergraph: clients may write them, no subgraph is told.
 */
export function operationDirectives(supergraph: DocumentNode): readonly DirectiveDefinitionNode[] {
  const composed = new Set(
    supergraph.definitions.flatMap((one) =>
      (one.kind === Kind.SCHEMA_DEFINITION ? (one.directives ?? []) : []).flatMap((link) =>
        link.name.value === 'link' && featureOf(link) === null ? importsOf(argumentsOf(link)) : [],
      ),
    ),
  )
  if (composed.size === 0) return []
  return supergraph.definitions.flatMap((one) => {
    if (one.kind !== Kind.DIRECTIVE_DEFINITION || !composed.has(one.name.value)) return []
    // Where else it stands is no business of clients.
    const locations = one.locations.filter(({ value }) => IN_OPERATIONS.has(value))
    return locations.length === 0 ? [] : [{ ...one, locations }]
  })
}

/** The API schema with such directives. */
export const withOperationDirectives = (apiSchema: GraphQLSchema, definitions: readonly DirectiveDefinitionNode[]): GraphQLSchema =>
  definitions.length === 0 ? apiSchema : extendSchema(apiSchema, { kind: Kind.DOCUMENT, definitions }, { assumeValidSDL: true })

function importsOf({ import: imports }: Readonly<Record<string, unknown>>): readonly string[] {
  const names = Array.isArray(imports) ? (imports as readonly (string | { name: string; as?: string })[]) : []
  return names.map((one) => (typeof one === 'string' ? one : (one.as ?? one.name)).replace(/^@/, ''))
}
