import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import type { DocumentNode } from 'graphql'

/** What to fetch from which subgraph in which order. */
export type Plan = QueryPlan
export type { FetchNode, PlanNode, SubscriptionNode }

/** Makes plans. Synchronous and costly: callers keep what they get. */
export interface Planner {
  /** @param document one operation, valid against the API schema */
  plan(document: DocumentNode): Plan
}
