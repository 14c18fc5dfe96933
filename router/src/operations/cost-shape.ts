import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { CostIndex } from '../supergraph/cost-index.ts'
import { argumentsTerm } from './cost-arguments.ts'
import { type ListLimits, listSizeTerm } from './cost-lists.ts'
import type { Term, Variables } from './cost-terms.ts'
import { fragmentsOf } from './fragments.ts'

/** A field of the answer that costs something, with what costs something below it. */
export interface CostNode {
  readonly responseName: string
  /** Of one instance. */
  readonly weight: number
  /** What its arguments cost, once for a list too. */
  readonly arguments: Term
  /** How many instances at most. */
  readonly count: Term
  /** How long the lists are that this field's object holds: zero when it holds none, and thrown when that is too much. */
  readonly check: Term
  /** The object type that it is selected on, where an answer can be of other types too. */
  readonly onType: string | null
  readonly condition: Condition | null
  readonly below: readonly CostNode[]
}

/** What `@skip` and `@include` ask of the variables. */
export interface Condition {
  readonly key: string
  readonly holds: (variables: Variables) => boolean
}

/** Fields that are one in the answer: same name, same type they are selected on, same condition. */
interface Group {
  readonly type: GraphQLCompositeType
  readonly condition: Condition | null
  readonly nodes: FieldNode[]
}

type Sizes = ReadonlyMap<string, Term>

const NO_SIZES: Sizes = new Map()
const FREE: readonly CostNode[] = []

/** What the operation of a document costs, field by field. Fields that are one in the answer are one here, as far as their types are known. */
export function costShape(schema: GraphQLSchema, index: CostIndex, limits: ListLimits, document: DocumentNode): readonly CostNode[] {
  const fragments = fragmentsOf(document)

  function collect(sets: readonly SelectionSetNode[], parent: GraphQLCompositeType): Iterable<Group> {
    const groups = new Map<string, Group>()
    const spread = new Set<string>()
    const add = (field: FieldNode, type: GraphQLCompositeType, condition: Condition | null) => {
      const key = `${type.name} ${condition?.key ?? ''} ${responseNameOf(field)}`
      const group = groups.get(key) ?? { type, condition, nodes: [] }
      group.nodes.push(field)
      groups.set(key, group)
    }
    const walk = (selections: readonly SelectionNode[], type: GraphQLCompositeType, outer: Condition | null): void => {
      for (const selection of selections) {
        const condition = conditionOf(selection.directives, outer)
        if (condition === 'never') continue
        if (selection.kind === Kind.FIELD) {
          add(selection, type, condition)
          continue
        }
        const target = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
        const inner = target && narrowed(schema, type, target.typeCondition?.name.value)
        if (!inner) continue
        if (target.kind === Kind.FRAGMENT_DEFINITION) {
          const key = `${inner.name} ${condition?.key ?? ''} ${target.name.value}`
          if (spread.has(key)) continue
          spread.add(key)
        }
        walk(target.selectionSet.selections, inner, condition)
      }
    }
    for (const { selections } of sets) walk(selections, parent, null)
    return groups.values()
  }

  function below(sets: readonly SelectionSetNode[], parent: GraphQLCompositeType, sizes: Sizes): readonly CostNode[] {
    const nodes: CostNode[] = []
    for (const group of collect(sets, parent)) {
      const node = nodeOf(group, isObjectType(parent), sizes)
      if (node) nodes.push(node)
    }
    return nodes.length > 0 ? nodes : FREE
  }

  function nodeOf({ type, condition, nodes }: Group, known: boolean, sizes: Sizes): CostNode | null {
    const [field] = nodes
    const definition = field && fieldOf(type, field.name.value)
    // Introspection is answered by the router itself.
    if (!definition) return null
    const listSize = index.listSizeOf(type.name, definition.name)
    const size = listSize ? listSizeTerm(listSize, definition, field, limits) : null
    const own = listSize?.sizedFields.length === 0 ? size : null
    const inner = getNamedType(definition.type)
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const inside = size !== null && listSize ? new Map(listSize.sizedFields.map((name) => [name, size])) : NO_SIZES
    const node: CostNode = {
      responseName: responseNameOf(field),
      weight: index.weightOf(type.name, definition.name),
      arguments: argumentsTerm(index, type.name, definition, field),
      count: returnsList(definition) ? (sizes.get(definition.name) ?? own ?? limits.unknownList) : 1,
      check: typeof size === 'function' ? (variables) => size(variables) * 0 : 0,
      onType: !known && isObjectType(type) ? type.name : null,
      condition,
      below: isCompositeType(inner) ? below(sets, inner, inside) : FREE,
    }
    const isFree = node.weight === 0 && node.arguments === 0 && node.check === 0 && node.below.length === 0
    return isFree ? null : node
  }

  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const root = operation && schema.getRootType(operation.operation)
  return root ? below([operation.selectionSet], root, NO_SIZES) : FREE
}

const responseNameOf = ({ alias, name }: FieldNode): string => alias?.value ?? name.value

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined

const returnsList = ({ type }: GraphQLField<unknown, unknown>): boolean => isListType(isNonNullType(type) ? type.ofType : type)

/** The type inside a fragment, or undefined where nothing can be of both. */
function narrowed(schema: GraphQLSchema, outer: GraphQLCompositeType, condition: string | undefined): GraphQLCompositeType | undefined {
  const type = condition === undefined ? outer : schema.getType(condition)
  if (!isCompositeType(type)) return undefined
  if (!isObjectType(outer)) return type
  return type === outer || (!isObjectType(type) && schema.isSubType(type, outer)) ? outer : undefined
}

function conditionOf(directives: readonly DirectiveNode[] = [], outer: Condition | null): Condition | null | 'never' {
  let condition = outer
  for (const { name, arguments: given = [] } of directives) {
    const value = given.find((argument) => argument.name.value === 'if')?.value
    if (!value || (name.value !== 'skip' && name.value !== 'include')) continue
    const wanted = name.value === 'include'
    if (value.kind === Kind.BOOLEAN && value.value !== wanted) return 'never'
    if (value.kind !== Kind.VARIABLE) continue
    const variable = value.name.value
    const before = condition
    condition = {
      key: `${before?.key ?? ''}${wanted ? '+' : '-'}${variable}`,
      holds: (variables) => variables[variable] === wanted && (before?.holds(variables) ?? true),
    }
  }
  return condition
}
