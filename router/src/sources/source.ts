import type { FaultCode } from '@vibely/kit/errors'
import type { Caller } from '@vibely/kit/viewer'
import type { GraphQLFormattedError } from 'graphql'

/** One request to a subgraph. */
export interface SubgraphRequest {
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly GraphQLFormattedError[] | undefined
}

/** Where a subgraph's answers come from. */
export interface Source extends AsyncDisposable {
  readonly name: string
  /** @throws SourceFailure when no answer came */
  fetch(request: SubgraphRequest, caller: Caller, signal: AbortSignal): Promise<SubgraphAnswer>
}

/** The subgraph gave no answer. Says nothing about addresses or reasons: those are in the log. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure'
  readonly code: Extract<FaultCode, 'SUBGRAPH_UNAVAILABLE' | 'DEADLINE_EXCEEDED'>
  constructor(code: SourceFailure['code'], cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}

/** The caller left: no failure of the subgraph. */
export class CallerLeft extends Error {
  override readonly name = 'CallerLeft'
}
