import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TokenKind,
} from 'graphql'

/** The most that a document may hold. */
export interface DocumentLimits {
  readonly tokens: number
  readonly depth: number
  readonly aliases: number
  readonly rootFields: number
  readonly directivesPerPlace: number
  readonly directives: number
  /** With fragments counted wherever they are spread. */
  readonly selections: number
  /** How often one field may be selected at one place of the answer: validation compares each with each. */
  readonly repeats: number
}

export const LIMITS: DocumentLimits = {
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  rootFields: 20,
  directivesPerPlace: 5,
  directives: 30,
  selections: 10_000,
  repeats: 50,
}

// The introspection query of graphql-js reaches 15 levels.
const INTROSPECTION_DEPTH = 20
/** Selection sets in each other for each level: fragments nest without being levels of the answer, and cost validation and planning as much. */
const NESTING = 3

// Validation looks for names alike among those of the schema, which takes long for a name of a hundred thousand letters.
const NAME_CHARACTERS = 500
/** Lists and objects in each other, of a value that stands in the document: as many as in a variable. */
const LITERAL_NESTING = 20

interface Size {
  readonly depth: number
  readonly nesting: number
  readonly aliases: number
  readonly directives: number
  readonly selections: number
  /** Fields at the top, whatever fragments they stand in. */
  readonly fields: number
  readonly logins: number
}

const EMPTY: Size = { depth: 0, nesting: 0, aliases: 0, directives: 0, selections: 0, fields: 0, logins: 0 }

/**
 * The first limit that the document breaks; null when it keeps all. Checked ahead of validation, whose own work grows with the document.
 * @param loginFields names of the root fields that try a credential: an operation has one of them at most
 */
export function brokenLimit(
  document: DocumentNode,
  limits: DocumentLimits = LIMITS,
  loginFields: ReadonlySet<string> = new Set(),
): GraphQLError | null {
  try {
    checkLimits(document, limits, loginFields)
    return null
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

function checkLimits(document: DocumentNode, limits: DocumentLimits, loginFields: ReadonlySet<string>): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  let directives = 0
  const noteDirectives = (node: { readonly directives?: readonly DirectiveNode[] | undefined }): number => {
    const count = node.directives?.length ?? 0
    if (count > limits.directivesPerPlace) throw refusal(`More than ${limits.directivesPerPlace} directives in one place.`)
    return count
  }
  const mostNesting = NESTING * Math.max(limits.depth, INTROSPECTION_DEPTH)
  checkTokens(document, mostNesting + LITERAL_NESTING)
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    for (const place of placesOf(definition)) directives += noteDirectives(place)
  }
  const measured = new Map<string, Size | null>()

  function measureFragment(name: string, deepest: number): Size {
    const key = `${name} ${deepest}`
    const known = measured.get(key)
    if (known) return known
    if (known === null) throw refusal(`Cannot spread fragment "${name}" within itself.`)
    // Null while it is being measured.
    measured.set(key, null)
    const fragment = fragments.get(name)
    const size = fragment ? measure(fragment.selectionSet, deepest) : EMPTY
    measured.set(key, size)
    return size
  }

  function inside(selection: SelectionNode, deepest: number): Size {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value, deepest)
    if (!selection.selectionSet) return EMPTY
    // Introspection is deep by nature.
    if (!isIntrospection(selection)) return measure(selection.selectionSet, deepest)
    return { ...measure(selection.selectionSet, INTROSPECTION_DEPTH), depth: 0 }
  }

  function measure(set: SelectionSetNode, deepest: number): Size {
    let { depth, nesting, aliases, directives, selections, fields, logins } = EMPTY
    for (const selection of set.selections) {
      const inner = inside(selection, deepest)
      const isField = selection.kind === Kind.FIELD
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0))
      nesting = Math.max(nesting, inner.nesting + 1)
      aliases += inner.aliases + (isField && selection.alias ? 1 : 0)
      directives += inner.directives + noteDirectives(selection)
      selections += inner.selections + 1
      fields += isField ? 1 : inner.fields
      logins += isField ? Number(loginFields.has(selection.name.value)) : inner.logins
      if (depth > deepest) throw refusal(`Deeper than ${deepest} levels.`)
      if (nesting > mostNesting) throw refusal(`More than ${mostNesting} selection sets in each other.`)
      if (aliases > limits.aliases) throw refusal(`More than ${limits.aliases} aliases.`)
      if (directives > limits.directives) throw refusal(`More than ${limits.directives} directives.`)
      if (selections > limits.selections) throw refusal(`More than ${limits.selections} selections once fragments are expanded.`)
    }
    return { depth, nesting, aliases, directives, selections, fields, logins }
  }

  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  for (const definition of operations) {
    // The root fields themselves come first: a flood of them needs no other count.
    if (definition.selectionSet.selections.length > limits.rootFields) throw refusal(`More than ${limits.rootFields} root fields.`)
    const size = measure(definition.selectionSet, limits.depth)
    if (size.fields > limits.rootFields) throw refusal(`More than ${limits.rootFields} root fields.`)
    if (size.logins > 1) throw refusal('More than one field that signs in, registers or trades a token.')
    if (size.directives + directives > limits.directives) throw refusal(`More than ${limits.directives} directives.`)
  }
  // What nobody spreads is validated all the same.
  const unused = [...fragments.values()].filter(({ name }) => !measured.has(`${name.value} ${limits.depth}`))
  for (const { name } of unused) measureFragment(name.value, INTROSPECTION_DEPTH)
  // Last, for it expands the fragments: the counts above bound that.
  for (const { selectionSet } of [...operations, ...unused]) {
    const most = mostRepeats([selectionSet], fragments)
    if (most > limits.repeats) throw refusal(`One field stands more than ${limits.repeats} times in one place.`)
  }
}

/** What validation would take long over, and can be told by looking at the words alone. */
function checkTokens(document: DocumentNode, mostNesting: number): void {
  let nesting = 0
  for (let token = document.loc?.startToken ?? null; token; token = token.next) {
    const { kind } = token
    if (kind === TokenKind.NAME && token.end - token.start > NAME_CHARACTERS)
      throw refusal(`A name is longer than ${NAME_CHARACTERS} characters.`)
    if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L) nesting += 1
    if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R) nesting -= 1
    if (nesting > mostNesting) throw refusal(`More than ${mostNesting} brackets in each other.`)
  }
}

/** Places outside of selections that take directives. */
const placesOf = (
  definition: ASTNode,
): readonly (FragmentDefinitionNode | OperationDefinitionNode | { directives?: readonly DirectiveNode[] })[] => {
  if (definition.kind === Kind.OPERATION_DEFINITION) return [definition, ...(definition.variableDefinitions ?? [])]
  return definition.kind === Kind.FRAGMENT_DEFINITION ? [definition] : []
}

/** How often the most repeated field stands in one place of the answer. */
function mostRepeats(sets: readonly SelectionSetNode[], fragments: ReadonlyMap<string, FragmentDefinitionNode>): number {
  const alike = new Map<string, FieldNode[]>()
  const spread = new Set<string>()
  const walk = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value
        const known = alike.get(name)
        if (known) known.push(selection)
        else alike.set(name, [selection])
        continue
      }
      const target = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
      if (!target || (target.kind === Kind.FRAGMENT_DEFINITION && spread.has(target.name.value))) continue
      if (target.kind === Kind.FRAGMENT_DEFINITION) spread.add(target.name.value)
      walk(target.selectionSet)
    }
  }
  for (const set of sets) walk(set)
  let most = 0
  for (const fields of alike.values()) {
    const inner = fields.flatMap(({ selectionSet }) => selectionSet ?? [])
    most = Math.max(most, fields.length, inner.length > 0 ? mostRepeats(inner, fragments) : 0)
  }
  return most
}

const isIntrospection = (selection: SelectionNode): boolean => selection.kind === Kind.FIELD && selection.name.value.startsWith('__')

const refusal = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
