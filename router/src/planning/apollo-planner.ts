import { operationFromDocument, type Supergraph } from '@apollo/federation-internals'
import { QueryPlanner } from '@apollo/query-planner'
import type { Planner } from './planner.ts'

/** Apollo's planner, with its own limits against documents that explode. */
export function apolloPlanner(supergraph: Supergraph): Planner {
  const planner = new QueryPlanner(supergraph)
  const apiSchema = supergraph.apiSchema()
  return { plan: (document) => planner.buildQueryPlan(operationFromDocument(apiSchema, document)) }
}
