import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  parse,
  print,
  visit,
} from 'graphql'
import type { RandomOperation } from './random-operation.ts'

/** Response name of the type that is asked for where conditions leave nothing. */
export const NOTHING = 'nothing_left'

/** The same operation with each `@skip` and `@include` decided. */
export function withoutConditions(schema: GraphQLSchema, { query, variables }: RandomOperation): RandomOperation {
  const document = parse(query)
  const { coerced = {} } = getVariableValues(schema, getOperationAST(document)?.variableDefinitions ?? [], variables)
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
    SelectionSet: { leave: (set) => (set.selections.length === 0 ? { ...set, selections: [TYPENAME] } : undefined) },
  })
  return { query: print(withoutUnused(rest)), variables }
}

const TYPENAME: FieldNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
  alias: { kind: Kind.NAME, value: NOTHING },
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
