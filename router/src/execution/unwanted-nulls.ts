import { type DocumentNode, type GraphQLSchema, isNonNullType, TypeInfo, visit, visitWithTypeInfo } from 'graphql'

const known = new WeakMap<DocumentNode, ReadonlyMap<string, string>>()

/**
 * Variables that stand where nothing may be null, and the type that is wanted there. GraphQL lets a variable of a type that has null
 * stand there where one of both has a default (IsVariableUsageAllowed of its specification, section 5.8.5); a null that is given all the same fails.
 */
export function neverNull(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, string> {
  const made = known.get(document) ?? findNeverNull(schema, document)
  known.set(document, made)
  return made
}

function findNeverNull(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Variable({ name }) {
        const wanted = types.getInputType()
        if (isNonNullType(wanted)) found.set(name.value, `${wanted}`)
      },
    }),
  )
  return found
}
