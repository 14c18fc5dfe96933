import type { Plan, PlanChoices, PlanEngineName } from './planner.ts'

/** What a planning thread is started with. */
export interface WorkerStart {
  readonly engine: PlanEngineName
  readonly executionSdl: string
}

/** One plan at a time: the next is asked for when this one is answered. */
export interface PlanOrder {
  readonly operation: string
  readonly choices: PlanChoices
}

/** A thread says `ready` once it has an engine, then answers each order. An order for which it opens another is `delayed` until `ready` comes again. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'delayed' }
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined }
