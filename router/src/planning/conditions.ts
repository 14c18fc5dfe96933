import { type DirectiveNode, type DocumentNode, Kind, type SelectionNode } from 'graphql'
import { fragmentsOf } from '../operations/fragments.ts'

/** `@skip` or `@include`. */
export const isCondition = ({ name }: DirectiveNode): boolean => name.value === 'skip' || name.value === 'include'

/** True for GraphQL with a condition in it, whatever surrounds it. */
export const hasCondition = (text: string): boolean => /@(?:skip|include)\b/.test(text)

/** True for an operation that has conditions inside of what is under a condition. */
export function nestsConditions(document: DocumentNode): boolean {
  const fragments = fragmentsOf(document)
  const known = new Map<string, boolean>()
  const isNested = (selections: readonly SelectionNode[], inside: boolean): boolean =>
    selections.some((one) => {
      const conditional = one.directives?.some(isCondition) === true
      if (conditional && inside) return true
      if (one.kind === Kind.FRAGMENT_SPREAD) return ofFragment(one.name.value, inside || conditional)
      return one.selectionSet !== undefined && isNested(one.selectionSet.selections, inside || conditional)
    })
  const ofFragment = (name: string, inside: boolean): boolean => {
    const key = `${name} ${inside}`
    const found = known.get(key) ?? isNested(fragments.get(name)?.selectionSet.selections ?? [], inside)
    known.set(key, found)
    return found
  }
  return document.definitions.some((one) => one.kind === Kind.OPERATION_DEFINITION && isNested(one.selectionSet.selections, false))
}
