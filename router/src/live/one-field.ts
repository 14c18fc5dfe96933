import { type FieldNode, Kind } from 'graphql'

const made = new WeakMap<FieldNode, WeakMap<FieldNode, FieldNode>>()

/**
 * Two selections of one field as one: valid documents select the same with the same arguments.
 * @returns the same node for the same two, so that what is known of its selection is found again for the next event
 */
export function asOneField(one: FieldNode, other: FieldNode): FieldNode {
  if (!one.selectionSet) return one
  const ofOne = made.get(one) ?? new WeakMap<FieldNode, FieldNode>()
  made.set(one, ofOne)
  const known = ofOne.get(other)
  if (known) return known
  const selections = [...one.selectionSet.selections, ...(other.selectionSet?.selections ?? [])]
  const field: FieldNode = { ...one, selectionSet: { kind: Kind.SELECTION_SET, selections } }
  ofOne.set(other, field)
  return field
}
