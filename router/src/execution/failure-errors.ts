import { FAULTS, type FaultCode } from '@vibely/kit/errors'
import { type GraphQLFormattedError, Kind, parse, type SelectionSetNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { SubgraphRequest } from '../sources/source.ts'

const MOST = 100
const names = new LRUCache<string, readonly string[]>({ max: 1_000 })

/**
 * Errors for a fetch without an answer: one at each path that stays empty, as if the subgraph had sent them.
 * An entity fetch of many entities stops at a hundred.
 */
export function failureErrors(
  code: FaultCode,
  service: string,
  { query, representations }: Pick<SubgraphRequest, 'query' | 'representations'>,
): GraphQLFormattedError[] {
  const error = { message: FAULTS[code].message, extensions: { code, service } }
  const fields = selectedNames(query)
  if (!representations) return fields.map((field) => ({ ...error, path: [field] }))
  return representations.flatMap((_, index) => fields.map((field) => ({ ...error, path: ['_entities', index, field] }))).slice(0, MOST)
}

/** Response names of the root fields, or of the entities' fields in an entity fetch. Of a type's fragments the first will do. */
function selectedNames(query: string): readonly string[] {
  const known = names.get(query)
  if (known) return known
  const operation = parse(query, { noLocation: true }).definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const roots = operation ? fieldsOf(operation.selectionSet) : []
  const entities = roots.find(({ name }) => name.value === '_entities')?.selectionSet
  const found = (entities ? fieldsOf(entities) : roots)
    .map(({ alias, name }) => alias?.value ?? name.value)
    .filter((name) => name !== '__typename')
  const unique = [...new Set(found)]
  names.set(query, unique)
  return unique
}

const fieldsOf = (set: SelectionSetNode) =>
  set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    return selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet.selections.filter((inner) => inner.kind === Kind.FIELD) : []
  })
