import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'

/** Everything that decides which fields of an operation apply to an object. */
export interface FieldScope {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Coerced values of the variables in `@skip` and `@include`. */
  readonly conditions: Readonly<Record<string, unknown>>
  /** Leave out what `@defer` puts off. */
  readonly withoutDeferred?: boolean
}

/**
 * Fields of selection sets that apply to a type, by response name, in the order of the answer
 * (CollectFields of the GraphQL specification, section 6.3.2).
 */
export function collectFields(
  scope: FieldScope,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): ReadonlyMap<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>()
  const spread = new Set<string>()
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, scope.conditions)) continue
      if (scope.withoutDeferred && isDeferred(selection, scope.conditions)) continue
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value
        const known = fields.get(name)
        if (known) known.push(selection)
        else fields.set(name, [selection])
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (appliesTo(scope.schema, selection.typeCondition?.name.value, type)) collect(selection.selectionSet)
      } else if (!spread.has(selection.name.value)) {
        const fragment = scope.fragments.get(selection.name.value)
        if (!fragment || !appliesTo(scope.schema, fragment.typeCondition.name.value, type)) continue
        spread.add(selection.name.value)
        collect(fragment.selectionSet)
      }
    }
  }
  for (const set of sets) collect(set)
  return fields
}

/** Names of the variables that decide what is selected, now or later. */
export function conditionVariables(directives: readonly DirectiveNode[]): readonly string[] {
  const names = directives
    .filter(({ name }) => name.value === 'skip' || name.value === 'include' || name.value === 'defer')
    .flatMap((directive) => (directive.arguments ?? []).flatMap(({ value }) => (value.kind === Kind.VARIABLE ? [value.name.value] : [])))
  return [...new Set(names)].sort()
}

function isIncluded(node: { readonly directives?: readonly DirectiveNode[] }, variables: Readonly<Record<string, unknown>>): boolean {
  if (!node.directives?.length) return true
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false
  )
}

function isDeferred({ directives }: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  const defer = directives?.find(({ name }) => name.value === 'defer')
  const condition = defer?.arguments?.find(({ name }) => name.value === 'if')?.value
  if (!defer) return false
  return condition === undefined || valueFromASTUntyped(condition, variables) !== false
}

function appliesTo(schema: GraphQLSchema, condition: string | undefined, type: GraphQLCompositeType): boolean {
  if (condition === undefined || condition === type.name) return true
  const wide = schema.getType(condition)
  return isAbstractType(wide) && (isObjectType(type) || !isUnionType(type)) && schema.isSubType(wide, type)
}
