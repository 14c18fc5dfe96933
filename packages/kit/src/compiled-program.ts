import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isLeafType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql'
import { completionOf } from './compiled-completion.ts'
import { compileArguments } from './compiled-input.ts'
import type { FieldPlan, Nodes, ObjectPlan, Program, Values } from './compiled-plan.ts'

/**
 * Plans an operation: which fields each type that can occur has in the answer. Types are planned when they first occur.
 * @param conditions values of the variables that `@skip` and `@include` look at
 */
export function compileProgram(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  conditions: Values,
): Program {
  let places = 0

  const included = (selection: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, selection, conditions)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, conditions)?.if !== false

  function applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true
    const wider = schema.getType(condition)
    return isAbstractType(wider) && schema.isSubType(wider, type)
  }

  function collect(
    type: GraphQLObjectType,
    set: SelectionSetNode,
    into: Map<string, [FieldNode, ...FieldNode[]]>,
    visited: Set<string>,
  ): void {
    for (const selection of set.selections) {
      if (!included(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        const nodes = into.get(name)
        if (nodes) nodes.push(selection)
        else into.set(name, [selection])
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value, type)) collect(type, selection.selectionSet, into, visited)
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value)
        const fragment = fragments[selection.name.value]
        if (fragment && applies(fragment.typeCondition.name.value, type)) collect(type, fragment.selectionSet, into, visited)
      }
    }
  }

  function fieldPlan(type: GraphQLObjectType, name: string, nodes: Nodes): FieldPlan[] {
    const fieldName = nodes[0].name.value
    const definition = fieldName === '__typename' ? TypeNameMetaFieldDef : type.getFields()[fieldName]
    if (!definition) return []
    const returnType: GraphQLOutputType = definition.type
    const plan = objectPlans(nodes)
    const readArguments = compileArguments(definition, nodes[0])
    return [
      {
        name,
        nodes,
        definition,
        parentType: type,
        resolve: fieldName === '__typename' ? () => type.name : definition.resolve,
        readArguments,
        argumentPlace: readArguments ? places++ : -1,
        isNonNull: isNonNullType(returnType),
        isPlain:
          fieldName !== '__typename' && !definition.resolve && isLeafType(isNonNullType(returnType) ? returnType.ofType : returnType),
        complete: completionOf(schema, returnType, `${type.name}.${fieldName}`, plan),
      },
    ]
  }

  /** Plans of what is selected below some nodes, for each type that occurs there. */
  function objectPlans(nodes: Nodes): (type: GraphQLObjectType) => ObjectPlan {
    const known = new Map<GraphQLObjectType, ObjectPlan>()
    return (type) => {
      const plan = known.get(type)
      if (plan) return plan
      const fields = new Map<string, [FieldNode, ...FieldNode[]]>()
      const visited = new Set<string>()
      for (const { selectionSet } of nodes) if (selectionSet) collect(type, selectionSet, fields, visited)
      const made = objectPlan(type, fields)
      known.set(type, made)
      return made
    }
  }

  function objectPlan(type: GraphQLObjectType, collected: ReadonlyMap<string, Nodes>): ObjectPlan {
    const fields = [...collected].flatMap(([name, nodes]) => fieldPlan(type, name, nodes))
    return { fields, template: Object.fromEntries(fields.map(({ name }) => [name, null])) }
  }

  const rootType = schema.getQueryType()
  if (!rootType) throw new Error('a schema without queries')
  const fields = new Map<string, [FieldNode, ...FieldNode[]]>()
  collect(rootType, operation.selectionSet, fields, new Set())
  return { schema, operation, fragments, root: objectPlan(rootType, fields) }
}
