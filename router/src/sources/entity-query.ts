import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, OperationTypeNode, parse, type SelectionSetNode } from 'graphql'

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** A document that asks for the list of entities that `$representations` stand for, and for nothing else. */
export interface EntityQuery {
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
  /** Name of the list in the answer. */
  readonly name: string
  /** What is asked of each entity. */
  readonly selectionSet: SelectionSetNode
}

/** Reads a document; null when it asks for anything else, or under a condition. */
export function readEntityQuery(text: string): EntityQuery | null {
  const { definitions } = parse(text, { noLocation: true })
  const [operation, ...others] = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [root, ...more] = operation?.selectionSet.selections ?? []
  if (operation?.operation !== OperationTypeNode.QUERY || root?.kind !== Kind.FIELD || others.length + more.length > 0) return null
  const { name, alias, directives, selectionSet } = root
  if (name.value !== '_entities' || !selectionSet || operation.directives?.length || directives?.length) return null
  const given = root.arguments?.[0]?.value
  if (given?.kind !== Kind.VARIABLE || given.name.value !== 'representations') return null
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  return {
    operation,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    name: (alias ?? name).value,
    selectionSet,
  }
}
