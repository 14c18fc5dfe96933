import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  parse,
  print,
  visit,
} from 'graphql'
import type { RandomOperation } from './random-operation.ts'

/** The same operation with each `@skip` and `@include` decided; null when a selection set would be left empty. */
export function withoutConditions(schema: GraphQLSchema, { query, variables }: RandomOperation): RandomOperation | null {
  const document = parse(query)
  const definition = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return null
  const { coerced = {} } = getVariableValues(schema, definition.variableDefinitions ?? [], variables)
  let empty = false
  const decided = (node: ASTNode & { readonly directives?: readonly DirectiveNode[] }) =>
    node.directives?.every((directive) => {
      const value = directive.arguments?.[0]?.value
      const holds = value?.kind === Kind.BOOLEAN ? value.value : value?.kind === Kind.VARIABLE && coerced[value.name.value] === true
      return holds === (directive.name.value === 'include')
    })
      ? { ...node, directives: [] }
      : null
  const rest: DocumentNode = visit(document, {
    Field: { leave: decided },
    InlineFragment: { leave: decided },
    FragmentSpread: { leave: decided },
    SelectionSet: {
      leave(set) {
        empty ||= set.selections.length === 0
      },
    },
  })
  return empty ? null : { query: print(withoutUnused(rest)), variables }
}

/** Without the fragments and variables that nothing names any longer. */
function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>()
  visit(document, {
    FragmentSpread: ({ name }) => void used.add(name.value),
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(`$${name.value}`),
  })
  const rest: DocumentNode = visit(document, {
    FragmentDefinition: ({ name }) => (used.has(name.value) ? undefined : null),
    VariableDefinition: ({ variable }) => (used.has(`$${variable.name.value}`) ? undefined : null),
  })
  return rest.definitions.length === document.definitions.length ? rest : withoutUnused(rest)
}
