import { type DirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql'

/** A feature of Apollo's specifications, as a supergraph names it. */
export interface LinkedFeature {
  /** Name of its main directive, without `@`. */
  readonly directive: string
  /** What stands before `__` in its other names. */
  readonly namespace: string
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
      const imported = imports.find((one) => typeof one === 'object' && one.name === `@${feature}`)
      const renamed = typeof imported === 'object' ? imported.as?.slice(1) : undefined
      features.set(feature, { directive: renamed ?? as ?? feature, namespace: as ?? feature })
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
