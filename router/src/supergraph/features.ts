import { type DirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql'

/** A feature of Apollo's specifications, as a supergraph names it. */
export interface LinkedFeature {
  /** Name of its main directive, without `@`. */
  readonly directive: string
  /** What stands before `__` in its other names. */
  readonly namespace: string
  /** Name in the supergraph of another of its directives, both without `@`. */
  directiveNamed(name: string): string
}

/** The features that a supergraph links, by name: `https://specs.apollo.dev/policy/v0.1` is `policy`. Either name may have been changed. */
export function linkedFeatures(supergraph: DocumentNode): ReadonlyMap<string, LinkedFeature> {
  const features = new Map<string, LinkedFeature>()
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue
    for (const link of definition.directives ?? []) {
      const feature = featureOf(link)
      if (feature === null) continue
      const { as, import: imports = [] } = argumentsOf(link) as {
        as?: string
        import?: readonly (string | { name: string; as?: string })[]
      }
      const namespace = as ?? feature
      const imported = (name: string) => {
        const found = imports.find((one) => (typeof one === 'string' ? one : one.name) === `@${name}`)
        return (typeof found === 'string' ? found : (found?.as ?? found?.name))?.slice(1)
      }
      features.set(feature, {
        directive: imported(feature) ?? namespace,
        namespace,
        directiveNamed: (name) => imported(name) ?? `${namespace}__${name}`,
      })
    }
  }
  return features
}

/** The feature that a `@link` is about; null for other directives and foreign specifications. */
export function featureOf(link: DirectiveNode): string | null {
  if (link.name.value !== 'link') return null
  return /^https:\/\/specs\.apollo\.dev\/(\w+)\//.exec(String(argumentsOf(link).url))?.[1] ?? null
}

/** Arguments of a directive in SDL, as plain values. */
export const argumentsOf = (directive: DirectiveNode): Readonly<Record<string, unknown>> =>
  Object.fromEntries(directive.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]) ?? [])
