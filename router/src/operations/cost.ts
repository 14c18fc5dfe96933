import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { CostIndex } from '../supergraph/cost-index.ts'
import type { ListLimits } from './cost-lists.ts'
import { type CostNode, costShape } from './cost-shape.ts'
import { evaluate, largest, product, sum, type Term, type Variables, when } from './cost-terms.ts'

/** What an operation costs, prepared once. */
export interface OperationCost {
  /** What it can cost at most where that is the same for all variables. */
  readonly constant: number | null
  /**
   * The most that it can cost with these variables, defaults included.
   * @throws Fault BAD_USER_INPUT when a list is asked for that is too long
   */
  requested(variables: Variables): number
  /** What an answer has cost: each object that is in it. `data` may hold more than was asked for. */
  actual(data: unknown, variables: Variables): number
}

/**
 * Prepares the cost of the one operation of a document.
 * @param document what is executed, so that what was refused costs nothing; null when that was all of it
 */
export function operationCost(schema: GraphQLSchema, index: CostIndex, limits: ListLimits, document: DocumentNode | null): OperationCost {
  const shape = document ? costShape(schema, index, limits, document) : []
  const most = together(shape)
  const fields = alike(shape)
  return {
    constant: typeof most === 'number' ? most : null,
    requested: (variables) => evaluate(most, variables),
    actual: (data, variables) => costOf(fields, data, variables),
  }
}

/** An object is of one type: of what is selected on different ones, the dearest counts. */
function together(nodes: readonly CostNode[]): Term {
  const byType = Map.groupBy(nodes, ({ onType }) => onType)
  const always = byType.get(null) ?? []
  byType.delete(null)
  return sum([...always.map(termOf), largest([...byType.values()].map((each) => sum(each.map(termOf))))])
}

function termOf(node: CostNode): Term {
  const term = sum([node.check, node.arguments, product(node.count, sum([node.weight, together(node.below)]))])
  return node.condition ? when(node.condition.holds, term) : term
}

/** A field of the answer, whatever types and conditions it was selected under. */
interface AnswerField {
  readonly name: string
  readonly weight: number
  readonly arguments: Term
  readonly below: readonly AnswerField[]
}

const alike = (nodes: readonly CostNode[]): readonly AnswerField[] =>
  [...Map.groupBy(nodes, ({ responseName }) => responseName)].map(([name, same]) => ({
    name,
    weight: Math.max(...same.map(({ weight }) => weight)),
    arguments: same[0]?.arguments ?? 0,
    below: alike(same.flatMap(({ below }) => below)),
  }))

function costOf(fields: readonly AnswerField[], data: unknown, variables: Variables): number {
  if (data === null || typeof data !== 'object') return 0
  let cost = 0
  for (const field of fields) {
    const value = (data as Readonly<Record<string, unknown>>)[field.name]
    if (value === null || value === undefined) continue
    cost += evaluate(field.arguments, variables) + valueCost(field, value, variables)
  }
  return cost
}

function valueCost(field: AnswerField, value: unknown, variables: Variables): number {
  if (value === null) return 0
  if (!Array.isArray(value)) return field.below.length > 0 ? field.weight + costOf(field.below, value, variables) : field.weight
  let cost = 0
  for (const item of value) cost += valueCost(field, item, variables)
  return cost
}
