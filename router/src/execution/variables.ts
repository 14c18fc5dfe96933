import { GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql'
import type { PreparedOperation } from '../operations/prepare.ts'
import { withoutSuggestion } from '../operations/suggestions.ts'

type Variables = Readonly<Record<string, unknown>>

/** The variables with their defaults, or what is wrong with them. Subgraphs get them as they came: they check again. */
export function coerceVariables(
  schema: GraphQLSchema,
  { definition }: Pick<PreparedOperation, 'definition'>,
  given: Variables,
):
  | { readonly errors: readonly GraphQLError[]; readonly variables?: undefined }
  | { readonly errors?: undefined; readonly variables: Variables } {
  if (!definition.variableDefinitions?.length) return { variables: {} }
  const { errors, coerced } = getVariableValues(schema, definition.variableDefinitions, given, { maxErrors: 10 })
  if (!errors) return { variables: coerced }
  return {
    errors: errors.map(
      ({ message, nodes }) =>
        new GraphQLError(withoutSuggestion(message), { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } }),
    ),
  }
}
