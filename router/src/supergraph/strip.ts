import { type ASTNode, parse, print, visit } from 'graphql'
import { featureOf, linkedFeatures } from './features.ts'

// Apollo's packages refuse to load a supergraph that names these features. The router enforces them itself, from the policy supergraph.
const FEATURES = new Set(['authenticated', 'requiresScopes', 'policy', 'cacheTag'])

/** The policy supergraph without the links, definitions, applications and scalars of the features that are refused. */
export function stripSupergraph(policySdl: string): string {
  const document = parse(policySdl)
  const stripped = [...linkedFeatures(document)].flatMap(([feature, names]) => (FEATURES.has(feature) ? [names] : []))
  const belongs = (name: string) => stripped.some(({ directive, namespace }) => name === directive || name.startsWith(`${namespace}__`))
  const drop = { leave: (node: ASTNode) => ('name' in node && node.name && belongs(node.name.value) ? null : undefined) }
  return print(
    visit(document, {
      Directive: { leave: (node) => (belongs(node.name.value) || FEATURES.has(featureOf(node) ?? '') ? null : undefined) },
      DirectiveDefinition: drop,
      ScalarTypeDefinition: drop,
    }),
  )
}
