import type { QueryPlan } from '@apollo/query-planner'
import type { Plan, PlanNode } from '../planning/planner.ts'

/** A plan for the stock executor, which knows no types in paths: it looks at them in `requires` alone. */
export function stockPlan({ node }: Plan): QueryPlan {
  if (!node) return { kind: 'QueryPlan' }
  const stock = node.kind === 'Subscription' ? { ...node, rest: node.rest && untyped(node.rest) } : untyped(node)
  // Ours differs in nothing but that nobody may write to it, and they do not.
  return { kind: 'QueryPlan', node: stock } as QueryPlan
}

function untyped(node: PlanNode): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(untyped) }
    case 'Flatten':
      return { ...node, path: node.path.filter((segment) => !segment.startsWith('|[')), node: untyped(node.node) }
    case 'Condition':
      return { ...node, ifClause: node.ifClause && untyped(node.ifClause), elseClause: node.elseClause && untyped(node.elseClause) }
    case 'Fetch':
    case 'Defer':
      return node
  }
}
