import { type DocumentNode, executeSync, type FieldNode, type GraphQLSchema, Kind, type OperationDefinitionNode, visit } from 'graphql'

/**
 * Text of an introspection field, answered by graphql-js from the API schema.
 * @param nodes all selections of the field in the operation
 */
export function introspectionText(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  nodes: readonly FieldNode[],
): (variables: Readonly<Record<string, unknown>>) => string {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
  const selectionSet = { kind: Kind.SELECTION_SET as const, selections: nodes }
  const used = new Set<string>()
  for (const part of [...nodes, ...fragments]) visit(part, { Variable: ({ name }) => void used.add(name.value) })
  const variableDefinitions = (definition.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value))
  const own: DocumentNode = { kind: Kind.DOCUMENT, definitions: [{ ...definition, variableDefinitions, selectionSet }, ...fragments] }
  const [first] = nodes
  const name = first?.alias?.value ?? first?.name.value ?? ''
  const run = (variables: Readonly<Record<string, unknown>>) => {
    const { data } = executeSync({ schema, document: own, rootValue: {}, variableValues: variables })
    return JSON.stringify(data?.[name] ?? null)
  }
  if (used.size > 0) return run
  // Without variables the answer is a matter of the schema alone.
  let text: string | undefined
  return (variables) => (text ??= run(variables))
}
