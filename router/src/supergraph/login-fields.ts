import { type DocumentNode, Kind } from 'graphql'
import { argumentsOf, linkedFeatures } from './features.ts'
import { rootTypes } from './root-types.ts'

const TAG = 'login'

/** Names of the Mutation fields that are tagged `login`: they try a password or a token, so that many in one operation would be guessing. */
export function loginFields(supergraph: DocumentNode): ReadonlySet<string> {
  const tag = linkedFeatures(supergraph).get('tag')?.directive
  const mutation = rootTypes(supergraph).get('mutation')
  const names = new Set<string>()
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== mutation) continue
    for (const { name, directives } of definition.fields ?? [])
      if (directives?.some((directive) => directive.name.value === tag && argumentsOf(directive).name === TAG)) names.add(name.value)
  }
  return names
}
