import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import type { PolicyIndex, Requirement } from '../supergraph/policy-index.ts'

/** A field that was cut from the operation. */
export interface Refusal {
  /** The field in the client's document. */
  readonly node: FieldNode
  /** Response names from the root down; lists on the way are walked later. */
  readonly path: readonly string[]
  readonly requirement: Requirement
  /** True when the field is non-null, so that its absence empties a parent. */
  readonly nonNull: boolean
}

export interface Authorized {
  /** One operation without fragments definitions; null when nothing was left of it. */
  readonly document: DocumentNode | null
  readonly refusals: readonly Refusal[]
}

/** Every requirement that stands on a field of the operation, once each. */
export function requirementsOf(
  schema: GraphQLSchema,
  policies: PolicyIndex,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly Requirement[] {
  const found = new Set<Requirement>()
  const walked = new Set<FragmentDefinitionNode>()
  const fragments = fragmentsOf(document)
  const walk = (set: SelectionSetNode, parent: GraphQLCompositeType): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        for (const requirement of policies.of(parent.name, selection.name.value)) found.add(requirement)
        const type = typeOf(parent, selection)
        if (type && selection.selectionSet) walk(selection.selectionSet, type)
        continue
      }
      const target = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
      if (!target || (target.kind === Kind.FRAGMENT_DEFINITION && walked.has(target))) continue
      if (target.kind === Kind.FRAGMENT_DEFINITION) walked.add(target)
      walk(target.selectionSet, conditionOf(schema, target.typeCondition?.name.value, parent))
    }
  }
  const root = schema.getRootType(operation.operation)
  if (root) walk(operation.selectionSet, root)
  return [...found]
}

/**
 * Cuts every field whose requirement the caller does not meet, so that nothing is planned or fetched for it.
 * An object that loses all its fields keeps `__typename`: whether it exists is no secret that its fields keep.
 */
export function authorize(
  schema: GraphQLSchema,
  policies: PolicyIndex,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  refused: ReadonlySet<number>,
): Authorized {
  const fragments = fragmentsOf(document)
  const refusals: Refusal[] = []

  function prune(set: SelectionSetNode, parent: GraphQLCompositeType, path: readonly string[]): SelectionSetNode | null {
    const selections: SelectionNode[] = []
    const before = refusals.length
    for (const selection of set.selections) {
      const kept = selection.kind === Kind.FIELD ? pruneField(selection, parent, path) : pruneFragment(selection, parent, path)
      if (kept) selections.push(kept)
    }
    // The answer has to tell which objects a cut field belongs to, even where nothing that is left depends on their type.
    if (refusals.length > before && isAbstractType(parent)) selections.push(TYPENAME)
    return selections.length > 0 ? { kind: Kind.SELECTION_SET, selections } : null
  }

  function pruneField(field: FieldNode, parent: GraphQLCompositeType, path: readonly string[]): FieldNode | null {
    const here = [...path, field.alias?.value ?? field.name.value]
    const requirement = policies.of(parent.name, field.name.value).find(({ id }) => refused.has(id))
    if (requirement) {
      refusals.push({ node: field, path: here, requirement, nonNull: isNonNullType(definitionOf(parent, field)?.type) })
      return null
    }
    const type = typeOf(parent, field)
    if (!type || !field.selectionSet) return field
    return { ...field, selectionSet: prune(field.selectionSet, type, here) ?? TYPENAME_ONLY }
  }

  function pruneFragment(
    selection: Exclude<SelectionNode, FieldNode>,
    parent: GraphQLCompositeType,
    path: readonly string[],
  ): SelectionNode | null {
    const target = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
    if (!target) return null
    const selectionSet = prune(target.selectionSet, conditionOf(schema, target.typeCondition?.name.value, parent), path)
    if (!selectionSet) return null
    const { typeCondition } = target
    return { kind: Kind.INLINE_FRAGMENT, selectionSet, ...(typeCondition && { typeCondition }), directives: selection.directives ?? [] }
  }

  const root = schema.getRootType(operation.operation)
  const selectionSet = root ? prune(operation.selectionSet, root, []) : null
  if (!selectionSet) return { document: null, refusals }
  return { document: { kind: Kind.DOCUMENT, definitions: [withoutUnusedVariables({ ...operation, selectionSet })] }, refusals }
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
const TYPENAME_ONLY: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [TYPENAME] }

function withoutUnusedVariables(operation: OperationDefinitionNode): OperationDefinitionNode {
  const used = new Set<string>()
  visit(operation.selectionSet, { Variable: ({ name }) => void used.add(name.value) })
  for (const directive of operation.directives ?? []) visit(directive, { Variable: ({ name }) => void used.add(name.value) })
  return { ...operation, variableDefinitions: operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [] }
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
}

const definitionOf = (parent: GraphQLCompositeType, field: FieldNode) =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value] : undefined

/** The type that a field's selections are about; undefined for leaves and introspection. */
function typeOf(parent: GraphQLCompositeType, field: FieldNode): GraphQLCompositeType | undefined {
  const type = getNamedType(definitionOf(parent, field)?.type)
  return isCompositeType(type) ? type : undefined
}

function conditionOf(schema: GraphQLSchema, condition: string | undefined, parent: GraphQLCompositeType): GraphQLCompositeType {
  const type = condition === undefined ? parent : schema.getType(condition)
  return isCompositeType(type) ? type : parent
}
