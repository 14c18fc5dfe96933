import { type ASTNode, type DirectiveNode, type DocumentNode, Kind, parse, print, visit } from 'graphql'

// ApolloGateway refuses to load a supergraph that names these features. The router enforces them itself, from the policy supergraph.
const FEATURES = new Set(['authenticated', 'requiresScopes', 'policy', 'context', 'cacheTag'])

/** The policy supergraph without the links, definitions, applications and scalars of the features that ApolloGateway refuses. */
export function stripSupergraph(policySdl: string): string {
  const document = parse(policySdl)
  const stripped = strippedNames(document)
  const drop = { leave: (node: ASTNode) => ('name' in node && node.name && belongs(node.name.value, stripped) ? null : undefined) }
  return print(
    visit(document, {
      Directive: {
        leave: (node) =>
          belongs(node.name.value, stripped) || (node.name.value === 'link' && featureOf(node) !== null) ? null : undefined,
      },
      DirectiveDefinition: drop,
      ScalarTypeDefinition: drop,
    }),
  )
}

/** Directive names that the links give to the features: their own, or the one after `as`. */
function strippedNames(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue
    for (const link of definition.directives ?? []) {
      const feature = link.name.value === 'link' ? featureOf(link) : null
      if (feature !== null) names.add(argument(link, 'as') ?? feature)
    }
  }
  return names
}

const belongs = (name: string, stripped: ReadonlySet<string>) => stripped.has(name) || stripped.has(name.split('__')[0] ?? name)

/** The stripped feature that a link names: `https://specs.apollo.dev/policy/v0.1` gives `policy`. */
function featureOf(link: DirectiveNode): string | null {
  const feature = argument(link, 'url')?.match(/^https:\/\/specs\.apollo\.dev\/(\w+)\//)?.[1]
  return feature !== undefined && FEATURES.has(feature) ? feature : null
}

function argument(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((given) => given.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}
