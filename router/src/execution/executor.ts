import type { Soon } from '@vibely/kit/soon'
import type { Caller } from '@vibely/kit/viewer'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Source } from '../sources/source.ts'
import type { Answer } from './answer.ts'

export interface Execution {
  readonly operation: PreparedOperation
  /** As the client sent them; they have been checked. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The variables with their defaults, as the API schema reads them. */
  readonly coerced: Readonly<Record<string, unknown>>
  readonly caller: Caller
  readonly signal: AbortSignal
  /** Answers fetches from `EVENT_SERVICE`. */
  readonly event?: Source
  /** Fetches must not be older than this state of the data: `SubgraphRequest.asOf`. */
  readonly asOf?: string | undefined
}

/** Runs an operation's plan over the sources and writes the answer: what was refused is null in it, with an error at its path. */
export interface Executor {
  execute(execution: Execution): Soon<Answer>
}

/** Name of the service that stands for an event in a plan. No subgraph can be called so. */
export const EVENT_SERVICE = '\0event'
