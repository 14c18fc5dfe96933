import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionNode,
} from 'graphql'
import { fragmentsOf } from '../operations/fragments.ts'
import { isCondition } from './conditions.ts'

/**
 * The operation with the conditions of fragments on its root type at the fields in them, which say the same there: `... @include(if: $b) { a }`
 * is `a @include(if: $b)`. Where a field has such a condition of its own, what is below it has the other. Null when nothing is left.
 */
export function withConditionsAtRootFields(document: DocumentNode, isRoot: (typeName: string) => boolean): DocumentNode | null {
  const operation = document.definitions.find((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION)
  if (!operation) return document
  const fragments = fragmentsOf(document)
  let moved = false

  function moveDown(selection: SelectionNode, conditions: readonly DirectiveNode[]): readonly SelectionNode[] {
    if (selection.kind === Kind.FIELD) return fieldUnder(selection, conditions, operation?.operation === OperationTypeNode.QUERY)
    const target = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
    const { directives = [] } = selection
    if (!target || !directives.every(isMovable) || (target.typeCondition && !isRoot(target.typeCondition.name.value)))
      return [under(selection, conditions)]
    moved ||= directives.some(isCondition)
    const all = union(conditions, directives.filter(isCondition))
    return all.some((one) => all.some((other) => contradict(one, other)))
      ? []
      : target.selectionSet.selections.flatMap((one) => moveDown(one, all))
  }

  const selections = operation.selectionSet.selections.flatMap((one) => moveDown(one, []))
  if (!moved) return document
  if (selections.length === 0) return null
  const changed = { ...operation, selectionSet: { ...operation.selectionSet, selections } }
  return { ...document, definitions: document.definitions.map((one) => (one === operation ? changed : one)) }
}

/** What is deferred comes whole with the planner that needs this. */
const isMovable = (directive: DirectiveNode) => isCondition(directive) || directive.name.value === 'defer'

/** @param mayAskAnyway the field does nothing: it may be asked for where only what is below it is left out */
function fieldUnder(field: FieldNode, conditions: readonly DirectiveNode[], mayAskAnyway: boolean): readonly SelectionNode[] {
  const own = field.directives ?? []
  if (conditions.some((one) => own.some((other) => contradict(one, other)))) return []
  const others = conditions.filter((one) => !own.some((other) => isSame(one, other)))
  const fitting: DirectiveNode[] = []
  const left: DirectiveNode[] = []
  for (const one of others) (hasNamesake(one, [...own, ...fitting]) ? left : fitting).push(one)
  const moved = { ...field, directives: [...own, ...fitting] }
  const { selectionSet } = field
  if (left.length === 0) return [moved]
  if (!selectionSet || !mayAskAnyway) return [under(moved, left)]
  return [{ ...moved, selectionSet: { ...selectionSet, selections: selectionSet.selections.map((one) => under(one, left)) } }]
}

/** The selection in fragments that have the conditions, one each: a place has no directive twice. */
const under = (selection: SelectionNode, conditions: readonly DirectiveNode[]): SelectionNode =>
  conditions.reduceRight<SelectionNode>(
    (inner, condition) => ({
      kind: Kind.INLINE_FRAGMENT,
      directives: [condition],
      selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] },
    }),
    selection,
  )

const union = (some: readonly DirectiveNode[], more: readonly DirectiveNode[]): readonly DirectiveNode[] => [
  ...some,
  ...more.filter((one) => !some.some((other) => isSame(one, other))),
]

const hasNamesake = ({ name }: DirectiveNode, others: readonly DirectiveNode[]) => others.some((other) => other.name.value === name.value)
const termOf = ({ arguments: given = [] }: DirectiveNode) => given.map(print).join()
const isSame = (one: DirectiveNode, other: DirectiveNode) => one.name.value === other.name.value && termOf(one) === termOf(other)
const contradict = (one: DirectiveNode, other: DirectiveNode) =>
  isCondition(one) && isCondition(other) && one.name.value !== other.name.value && termOf(one) === termOf(other)
