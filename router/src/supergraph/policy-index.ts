import { type ConstDirectiveNode, type DocumentNode, Kind, type NamedTypeNode, type TypeNode } from 'graphql'
import { argumentsOf, linkedFeatures } from './features.ts'

/** What a caller must bring to reach a field: every part that is given. */
export interface Requirement {
  readonly id: number
  readonly authenticated: boolean
  /** One of these sets of scopes; empty when none is asked for. */
  readonly scopes: readonly (readonly string[])[]
  /** One of these sets of facts about the caller; empty when none is asked for. */
  readonly policies: readonly (readonly string[])[]
}

export interface PolicyIndex {
  /** Requirements of a field: its own, its type's, those of the type it returns and, for an interface's, those of the types behind it. */
  of(typeName: string, fieldName: string): readonly Requirement[]
}

const NONE: readonly Requirement[] = []

/** Reads `@authenticated`, `@requiresScopes` and `@policy` of the policy supergraph. Equal requirements are one object. */
export function policyIndex(supergraph: DocumentNode): PolicyIndex {
  const known = new Map<string, Requirement>()
  const ofType = new Map<string, Requirement>()
  const ofField = new Map<string, Requirement[]>()

  const features = linkedFeatures(supergraph)
  const nameOf = (feature: string) => features.get(feature)?.directive ?? feature
  const names = { authenticated: nameOf('authenticated'), requiresScopes: nameOf('requiresScopes'), policy: nameOf('policy') }

  function requirement(directives: readonly ConstDirectiveNode[] = []): Requirement | undefined {
    const find = (name: string) => directives.find((directive) => directive.name.value === name)
    const authenticated = find(names.authenticated) !== undefined
    const scopes = sets(find(names.requiresScopes), 'scopes')
    const policies = sets(find(names.policy), 'policies')
    if (!authenticated && scopes.length === 0 && policies.length === 0) return undefined
    const key = JSON.stringify([authenticated, scopes, policies])
    const found = known.get(key) ?? { id: known.size, authenticated, scopes, policies }
    known.set(key, found)
    return found
  }

  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue
    const own = requirement(definition.directives as readonly ConstDirectiveNode[])
    if (own) ofType.set(definition.name.value, own)
  }
  const objects = supergraph.definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION)
  /** What stands on an interface's field in the types behind it: not every composition has spread that to the interface. */
  const behind = (interfaceName: string, fieldName: string) =>
    objects
      .filter(({ interfaces = [] }) => interfaces.some(({ name }) => name.value === interfaceName))
      .flatMap(({ name, fields = [] }) => [
        ofType.get(name.value),
        requirement(fields.find((one) => one.name.value === fieldName)?.directives),
      ])

  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    const { value: typeName } = definition.name
    for (const field of definition.fields ?? []) {
      const { value: fieldName } = field.name
      const own = [ofType.get(typeName), requirement(field.directives), ofType.get(namedType(field.type).name.value)]
      const all = definition.kind === Kind.INTERFACE_TYPE_DEFINITION ? [...own, ...behind(typeName, fieldName)] : own
      const given = all.filter((one) => one !== undefined)
      if (given.length > 0) ofField.set(`${typeName}.${fieldName}`, [...new Set(given)])
    }
  }
  return { of: (typeName, fieldName) => ofField.get(`${typeName}.${fieldName}`) ?? NONE }
}

const sets = (directive: ConstDirectiveNode | undefined, argument: string) =>
  (directive ? (argumentsOf(directive)[argument] ?? []) : []) as readonly (readonly string[])[]

const namedType = (type: TypeNode): NamedTypeNode => (type.kind === Kind.NAMED_TYPE ? type : namedType(type.type))
