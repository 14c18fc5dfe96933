import type { Caller } from '@vibely/kit/viewer'
import type { DocumentNode, ExecutionResult } from 'graphql'
import type { Plan } from '../planning/planner.ts'
import type { Source } from '../sources/source.ts'

export interface Execution {
  readonly plan: Plan
  /** The operation whose shape the answer has: what the plan leaves out is null in it. */
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
  readonly signal: AbortSignal
  /** Answers fetches from `EVENT_SERVICE`. */
  readonly event?: Source
}

/** Runs a plan over the sources and shapes the answer. */
export interface Executor {
  execute(execution: Execution): Promise<ExecutionResult>
}

/** Name of the service that stands for an event in a plan. No subgraph can be called so. */
export const EVENT_SERVICE = '\0event'
