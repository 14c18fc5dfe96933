import { type DocumentNode, type FragmentDefinitionNode, GraphQLError, Kind, type SelectionSetNode } from 'graphql'

/** The most that a document may hold. Checked ahead of validation, whose own work grows with the document. */
export const LIMITS = {
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  rootFields: 20,
  directivesPerPlace: 5,
  directives: 30,
  selections: 10_000,
} as const

interface Size {
  readonly depth: number
  readonly aliases: number
  readonly directives: number
  readonly selections: number
}

const EMPTY: Size = { depth: 0, aliases: 0, directives: 0, selections: 0 }

/** The first limit that the document breaks, with fragments counted wherever they are spread; null when it keeps all. */
export function brokenLimit(document: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const measured = new Map<string, Size>()

  function measureFragment(name: string): Size {
    const known = measured.get(name)
    if (known) return known
    // A cycle ends here; validation names it.
    measured.set(name, EMPTY)
    const fragment = fragments.get(name)
    const size = fragment ? measure(fragment.selectionSet) : EMPTY
    measured.set(name, size)
    return size
  }

  function measure(set: SelectionSetNode): Size {
    let { depth, aliases, directives, selections } = EMPTY
    for (const selection of set.selections) {
      const count = selection.directives?.length ?? 0
      if (count > LIMITS.directivesPerPlace) throw refusal(`More than ${LIMITS.directivesPerPlace} directives in one place.`)
      const isField = selection.kind === Kind.FIELD
      // Introspection is deep by nature; graphql-js bounds it by itself.
      const skip = isField && selection.name.value.startsWith('__') && selection.selectionSet
      const inner = skip
        ? EMPTY
        : selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : selection.selectionSet
            ? measure(selection.selectionSet)
            : EMPTY
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0))
      aliases += inner.aliases + (isField && selection.alias ? 1 : 0)
      directives += inner.directives + count
      selections += inner.selections + 1
      if (depth > LIMITS.depth) throw refusal(`Deeper than ${LIMITS.depth} levels.`)
      if (aliases > LIMITS.aliases) throw refusal(`More than ${LIMITS.aliases} aliases.`)
      if (directives > LIMITS.directives) throw refusal(`More than ${LIMITS.directives} directives.`)
      if (selections > LIMITS.selections) throw refusal(`More than ${LIMITS.selections} selections once fragments are expanded.`)
    }
    return { depth, aliases, directives, selections }
  }

  try {
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue
      const { selections } = definition.selectionSet
      if (selections.length > LIMITS.rootFields) throw refusal(`More than ${LIMITS.rootFields} root fields.`)
      if ((definition.directives?.length ?? 0) > LIMITS.directivesPerPlace)
        throw refusal(`More than ${LIMITS.directivesPerPlace} directives in one place.`)
      measure(definition.selectionSet)
    }
    return null
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

const refusal = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
