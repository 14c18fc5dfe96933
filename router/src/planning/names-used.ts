import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, visit } from 'graphql'

export interface NamesUsed {
  readonly variables: ReadonlySet<string>
  readonly fragments: ReadonlySet<string>
}

/** Variables and fragments that a field names, itself or through fragments. @throws Error for a fragment that is not there */
export function namesUsed(document: DocumentNode, field: FieldNode): NamesUsed {
  const variables = new Set<string>()
  const fragments = new Set<string>()
  const look = (node: FieldNode | FragmentDefinitionNode): void =>
    void visit(node, {
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread({ name }) {
        if (fragments.has(name.value)) return
        fragments.add(name.value)
        const fragment = fragmentOf(document, name.value)
        if (!fragment) throw new Error(`a fetch lacks its fragment ${name.value}`)
        look(fragment)
      },
    })
  look(field)
  return { variables, fragments }
}

export const fragmentOf = (document: DocumentNode, name: string): FragmentDefinitionNode | undefined =>
  document.definitions.find((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name)
