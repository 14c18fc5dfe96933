import { type DocumentNode, Kind, print, type SelectionSetNode } from 'graphql'
import { fragmentsOf } from '../operations/fragments.ts'

/**
 * True for an operation that has one name for two fields at one place of the answer, or for one with other arguments, as kinds of an object may:
 * `... on Pond { photo { thumbnail(width: 1) } } ... on Cave { photo { thumbnail(width: 2) } }`.
 */
export function callsDiffer(document: DocumentNode): boolean {
  const fragments = fragmentsOf(document)
  const calls = new Map<string, string>()
  const differ = (set: SelectionSetNode | undefined, path: string): boolean =>
    set?.selections.some((one) => {
      if (one.kind === Kind.INLINE_FRAGMENT) return differ(one.selectionSet, path)
      if (one.kind === Kind.FRAGMENT_SPREAD) return differ(fragments.get(one.name.value)?.selectionSet, path)
      const { name, alias, arguments: given = [] } = one
      const place = `${path} ${(alias ?? name).value}`
      const call = `${name.value} ${given.map(print).sort().join()}`
      if ((calls.get(place) ?? call) !== call) return true
      calls.set(place, call)
      return differ(one.selectionSet, place)
    }) === true
  return document.definitions.some((one) => one.kind === Kind.OPERATION_DEFINITION && differ(one.selectionSet, ''))
}
