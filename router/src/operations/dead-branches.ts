import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  separateOperations,
} from 'graphql'
import { fragmentsOf } from './fragments.ts'

/** What an object at one place may be. Equal sets are one object. */
type Kinds = ReadonlySet<GraphQLObjectType>

/**
 * The operation without branches that no object can take: each fragment in `... on A { ... on Node { ... on B { x } } }` is one that its parent may be,
 * so it is valid, but nothing is both A and B. Planners do not always know what to make of it. What such branches leave empty goes on
 * as `__typename`. The same document where there are none.
 */
export function withoutDeadBranches(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const operation = getOperationAST(document)
  const root = operation && schema.getRootType(operation.operation)
  if (!root) return document
  const { of, both, behind } = kindsIn(schema)
  const fragments = fragmentsOf(document)
  const walked = new Map<Kinds, Map<SelectionSetNode, SelectionSetNode | null>>()

  function alive(set: SelectionSetNode, kinds: Kinds): SelectionSetNode | null {
    const known = walked.get(kinds) ?? new Map<SelectionSetNode, SelectionSetNode | null>()
    walked.set(kinds, known)
    const found = known.get(set)
    if (found !== undefined) return found
    const selections = set.selections.flatMap((one) => (one.kind === Kind.FIELD ? aliveField(one, kinds) : aliveFragment(one, kinds)))
    const isWhole = selections.length === set.selections.length && selections.every((one, index) => one === set.selections[index])
    const rest = isWhole ? set : selections.length > 0 ? { ...set, selections } : null
    known.set(set, rest)
    return rest
  }

  function aliveField(field: FieldNode, kinds: Kinds): FieldNode {
    const { selectionSet } = field
    const inner = behind(kinds, field.name.value)
    // Of introspection nothing is known here, nor of an interface that nothing implements.
    if (!selectionSet || inner.size === 0) return field
    const rest = alive(selectionSet, inner)
    return rest === selectionSet ? field : { ...field, selectionSet: rest ?? TYPENAME_ONLY }
  }

  function aliveFragment(selection: Exclude<SelectionNode, FieldNode>, kinds: Kinds): readonly SelectionNode[] {
    const target = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
    if (!target) return [selection]
    const { typeCondition, selectionSet } = target
    const type = typeCondition && schema.getType(typeCondition.name.value)
    const inner = isCompositeType(type) ? both(kinds, of(type)) : kinds
    const rest = inner.size === 0 ? null : alive(selectionSet, inner)
    if (rest === selectionSet) return [selection]
    if (!rest) return []
    const { directives = [] } = selection
    return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: rest, ...(typeCondition && { typeCondition }) }]
  }

  const selectionSet = alive(operation.selectionSet, of(root))
  if (selectionSet === operation.selectionSet) return document
  const changed = { ...operation, selectionSet: selectionSet ?? TYPENAME_ONLY }
  // Without fragments that nothing spreads any longer.
  const rest = { ...document, definitions: document.definitions.map((one) => (one === operation ? changed : one)) }
  return separateOperations(rest)[operation.name?.value ?? ''] ?? rest
}

const TYPENAME_ONLY: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
}

function kindsIn(schema: GraphQLSchema) {
  const known = new Map<string, Kinds>()
  const ofTypes = new Map<GraphQLCompositeType, Kinds>()
  const ofFields = new Map<Kinds, Map<string, Kinds>>()
  const pairs = new Map<Kinds, Map<Kinds, Kinds>>()

  function one(types: Iterable<GraphQLObjectType>): Kinds {
    const sorted = [...new Set(types)].sort((a, b) => (a.name < b.name ? -1 : 1))
    return kept(known, sorted.map(({ name }) => name).join(), () => new Set(sorted))
  }
  const of = (type: GraphQLCompositeType): Kinds =>
    kept(ofTypes, type, () => one(isAbstractType(type) ? schema.getPossibleTypes(type) : [type]))
  const both = (some: Kinds, others: Kinds): Kinds =>
    kept(
      kept(pairs, some, () => new Map<Kinds, Kinds>()),
      others,
      () => one([...some].filter((kind) => others.has(kind))),
    )
  /** What a field leads to. */
  const behind = (kinds: Kinds, field: string): Kinds =>
    kept(
      kept(ofFields, kinds, () => new Map<string, Kinds>()),
      field,
      () =>
        one(
          [...kinds].flatMap((kind) => {
            const type = getNamedType(kind.getFields()[field]?.type)
            return isCompositeType(type) ? [...of(type)] : []
          }),
        ),
    )
  return { of, both, behind }
}

function kept<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
