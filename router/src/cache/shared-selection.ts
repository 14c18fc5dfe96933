import {
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import type { Fragments } from '../sources/entity-query.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'

/** A selection that everyone gets the same of. */
export interface Shared {
  /** Types of the entities selected inside the entity: a change of one of them may change the answer. */
  readonly innerTypes: readonly string[]
}

/**
 * What a selection of an entity holds, when all of it is the same for everyone, the entity's being there included. Every
 * field has to say so by its mark; one that asks something of the caller never is.
 * @returns null when any part of it may depend on the viewer, or when nothing of the type is selected
 */
export function sharedSelection(
  { sharing, policies, supergraphSchema: schema }: SchemaState,
  subgraph: string,
  fragments: Fragments,
  typeName: string,
  selectionSet: SelectionSetNode,
): Shared | null {
  const entities = sharing.entitiesOf(subgraph)
  const inner = new Set<string>()
  let selected = false
  const isOpen = (parent: string, field: string) => sharing.isSameForAll(parent, field) && policies.of(parent, field).length === 0

  const isField = ({ name, selectionSet: within }: FieldNode, parent: string): boolean => {
    if (name.value === '__typename') return true
    const type = schema.getType(parent)
    if (!isOpen(parent, name.value) || !(isObjectType(type) || isInterfaceType(type))) return false
    const returned = type.getFields()[name.value]?.type
    const target = returned && getNamedType(returned)
    if (!within) return target !== undefined
    if (!isCompositeType(target)) return false
    for (const possible of [target.name, ...possibleTypes(schema, target.name)]) if (entities.has(possible)) inner.add(possible)
    return isSet(within, target.name)
  }
  const isSet = (set: SelectionSetNode, parent: string): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return isField(selection, parent)
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      return fragment !== undefined && isSet(fragment.selectionSet, fragment.typeCondition?.name.value ?? parent)
    })
  // At the top stand fragments on the types that are asked for together; those on other types do not matter to this one.
  const isTop = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename'
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      const condition = fragment?.typeCondition?.name.value
      if (!fragment) return false
      if (condition === undefined) return isTop(fragment.selectionSet)
      if (!overlap(schema, condition, typeName)) return true
      selected = true
      return isSet(fragment.selectionSet, condition)
    })

  if (!entities.has(typeName) || !isOpen(typeName, 'id')) return null
  return isTop(selectionSet) && selected ? { innerTypes: [...inner].sort() } : null
}

/** False only when no object can be of both types. */
const overlap = (schema: GraphQLSchema, one: string, other: string): boolean => {
  const others = new Set(possibleTypes(schema, other))
  return possibleTypes(schema, one).some((name) => others.has(name))
}

function possibleTypes(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name)
  return isAbstractType(type) ? schema.getPossibleTypes(type).map((object) => object.name) : [name]
}
