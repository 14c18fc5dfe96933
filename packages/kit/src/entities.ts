import { type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema, isObjectType } from 'graphql'
import { isPromise } from './soon.ts'

type ResolveReference = (reference: Representation, context: unknown, info: GraphQLResolveInfo) => unknown

interface Representation {
  readonly __typename: string
}

/**
 * Resolves `_entities` as `@apollo/subgraph` does, but without promises where `__resolveReference` gives none, and with an entity's
 * failure at that entity whether it was thrown or rejected. References to interfaces stay with the library.
 * @param schema made by the library; it is changed
 */
export function resolveEntitiesAtOnce(schema: GraphQLSchema): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()._entities
  const ofLibrary = field?.resolve
  if (!field || !ofLibrary) return schema
  field.resolve = (source, { representations }: { readonly representations: readonly Representation[] }, context, info) =>
    representations.map((reference) => {
      try {
        const type = schema.getType(reference.__typename)
        if (isObjectType(type)) return entity(type, reference, context, info)
        const [found] = ofLibrary(source, { representations: [reference] }, context, info) as readonly unknown[]
        return found
      } catch (error) {
        return error instanceof Error ? error : Promise.reject(error)
      }
    })
  return schema
}

function entity(type: GraphQLObjectType, reference: Representation, context: unknown, info: GraphQLResolveInfo): unknown {
  const { apollo } = type.extensions as { readonly apollo?: { readonly subgraph?: { readonly resolveReference?: ResolveReference } } }
  const resolve = apollo?.subgraph?.resolveReference
  const found = resolve ? resolve(reference, context, info) : reference
  return isPromise(found) ? found.then((value) => typed(value, type.name)) : typed(found, type.name)
}

/** The entity with the name of its type, by which the union of entities knows it. */
function typed(value: unknown, typeName: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!('__typename' in value)) return Object.defineProperty(value, '__typename', { value: typeName })
  return value.__typename === typeName ? value : { ...value, __typename: typeName }
}
