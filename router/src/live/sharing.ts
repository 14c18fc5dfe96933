import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../operations/fragments.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import { argumentsOf } from '../supergraph/features.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'

/**
 * Whether an event of the subscription is the same whoever gets it. What the event itself holds is; any other field only
 * when `@sameForAll` says so and nobody is refused it: it is read as nobody in particular.
 */
export function isSameForAll(state: SchemaState, { document }: PreparedOperation, root: FieldNode): boolean {
  const { apiSchema, sharing, policies } = state
  const fragments = fragmentsOf(document)

  const fieldIsShared = (field: FieldNode, type: GraphQLObjectType, ofEvent: boolean): boolean => {
    const name = field.name.value
    const definition = type.getFields()[name]
    if (!definition) return true
    if (policies.of(type.name, name).length > 0 || !(ofEvent || sharing.isSameForAll(type.name, name))) return false
    return !field.selectionSet || setIsShared(field.selectionSet, getNamedType(definition.type), false)
  }
  const setIsShared = (set: SelectionSetNode, parent: GraphQLNamedType, ofEvent: boolean): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return objectTypes(apiSchema, parent).every((type) => fieldIsShared(selection, type, ofEvent))
      const target = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      const condition = target?.typeCondition ? apiSchema.getType(target.typeCondition.name.value) : parent
      return target !== undefined && condition !== undefined && setIsShared(target.selectionSet, condition, ofEvent)
    })

  const payload = getNamedType(apiSchema.getSubscriptionType()?.getFields()[root.name.value]?.type)
  if (!payload || !root.selectionSet) return true
  // Fields of an entity may come from anywhere, those of a mere payload only with the event.
  return setIsShared(root.selectionSet, payload, !objectTypes(apiSchema, payload).some(({ name }) => isEntity(state, name)))
}

const objectTypes = (schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] =>
  isObjectType(type) ? [type] : isAbstractType(type) ? schema.getPossibleTypes(type) : []

const isEntity = ({ supergraphSchema }: SchemaState, typeName: string): boolean =>
  supergraphSchema
    .getType(typeName)
    ?.astNode?.directives?.some((directive) => directive.name.value === 'join__type' && argumentsOf(directive).key !== undefined) ?? false
