import { compileVariables } from '@vibely/kit/compiled-input'
import { type ASTNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import type { PreparedOperation } from '../operations/prepare.ts'
import { withoutSuggestion } from '../operations/suggestions.ts'
import { neverNull } from './unwanted-nulls.ts'

const MOST_ERRORS = 10
/** Of operations that are prepared: each belongs to one schema. */
const readers = new WeakMap<OperationDefinitionNode, ReturnType<typeof compileVariables>>()

type Variables = Readonly<Record<string, unknown>>

/** The variables with their defaults, or what is wrong with them. Subgraphs get them as they came: they check again. */
export function coerceVariables(
  schema: GraphQLSchema,
  { definition, document }: Pick<PreparedOperation, 'definition' | 'document'>,
  given: Variables,
):
  | { readonly errors: readonly GraphQLError[]; readonly variables?: undefined }
  | { readonly errors?: undefined; readonly variables: Variables } {
  if (!definition.variableDefinitions?.length) return { variables: {} }
  const { errors, coerced } = readerOf(schema, definition)(given)
  if (errors) return { errors: errors.map(({ message, nodes }) => refusal(withoutSuggestion(message), nodes)) }
  const nulls = definition.variableDefinitions.filter(({ variable }) => coerced[variable.name.value] === null)
  const wrong = nulls.flatMap((node) => {
    const { name } = node.variable
    const wanted = neverNull(schema, document).get(name.value)
    return wanted === undefined ? [] : [refusal(`Variable "$${name.value}" must not be null where "${wanted}" is wanted.`, [node])]
  })
  return wrong.length > 0 ? { errors: wrong } : { variables: coerced }
}

function readerOf(schema: GraphQLSchema, definition: OperationDefinitionNode): ReturnType<typeof compileVariables> {
  const known = readers.get(definition)
  if (known) return known
  const made = compileVariables(schema, definition, { maxErrors: MOST_ERRORS })
  readers.set(definition, made)
  return made
}

const refusal = (message: string, nodes: readonly ASTNode[] | undefined) =>
  new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } })
