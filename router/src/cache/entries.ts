import { versionKeys } from '@vibely/kit/entity-versions'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import { representationObject, representationText, type SubgraphRequest } from '../sources/source.ts'
import { hash, type KeptQuery } from './kept-query.ts'

/** The names in Redis of one kept answer, and of the versions it is kept under. */
export interface Entry {
  readonly key: string
  readonly versionKeys: readonly string[]
}

const LONGEST_ID = 100

/** How each entity of a fetch is kept, in order; null for one whose answer depends on the viewer. */
export function entriesOf(
  query: KeptQuery,
  { variables, representations = [] }: SubgraphRequest,
  { subgraph, namespace }: { readonly subgraph: string; readonly namespace: Namespace },
): readonly (Entry | null)[] {
  const keys = versionKeys(namespace, subgraph)
  const arguments_ = JSON.stringify(variables)
  const asked = arguments_ === '{}' ? query.id : hash(`${query.id}\n${arguments_}`)
  return representations.map((one) => {
    const { __typename: type, id, ...required } = representationObject(one)
    if (typeof type !== 'string' || typeof id !== 'string' || id.length > LONGEST_ID) return null
    const shared = query.sharedAs(type)
    if (!shared) return null
    // Fields that the subgraph requires of others decide about the answer too.
    const what = Object.keys(required).length > 0 ? hash(`${asked}\n${representationText(one)}`) : asked
    return {
      key: qualify(namespace, `ent:${subgraph}:${type}:${id}:${what}`),
      versionKeys: [keys.entity({ type, id }), ...shared.innerTypes.map(keys.type)],
    }
  })
}
