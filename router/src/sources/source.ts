import type { FaultCode } from '@vibely/kit/errors'
import type { Soon } from '@vibely/kit/soon'
import type { Caller } from '@vibely/kit/viewer'
import type { GraphQLFormattedError } from 'graphql'

/** What stands for an entity: JSON text, or for a subgraph in this process an object of texts, numbers, truths and nulls. Nobody writes into it. */
export type Representation = string | Readonly<Record<string, unknown>>

/** The same text whichever it is. */
export const representationText = (one: Representation): string => (typeof one === 'string' ? one : JSON.stringify(one))

/** An object of the caller's own. */
export const representationObject = (one: Representation): Record<string, unknown> =>
  typeof one === 'string' ? (JSON.parse(one) as Record<string, unknown>) : { ...one }

/** One request to a subgraph. */
export interface SubgraphRequest {
  readonly query: string
  /** `query` as JSON text, when whoever prepared the request keeps it: saves escaping it on every call. */
  readonly queryJson?: string | undefined
  readonly operationName?: string | undefined
  /** Without `representations`. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The entities that an `_entities` fetch asks for, each once. */
  readonly representations?: readonly Representation[] | undefined
  /** The same for a request that several became, by variable. */
  readonly representationLists?: Readonly<Record<string, readonly Representation[]>> | undefined
  /**
   * Names the state of the data that the answer must show at least: a cursor, or versions that a cache has read.
   * Requests with different ones never share a fetch, so nobody is handed an answer older than what he knows.
   */
  readonly asOf?: string | undefined
}

/** What a subgraph said. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly GraphQLFormattedError[] | undefined
  /** True when others hold the same `data`: whoever writes into it makes a copy first. */
  readonly shared?: boolean
  /** True when no string in `data` has a character that JSON escapes. */
  readonly plain?: boolean
}

/** The request as GraphQL over HTTP sends it. */
export function requestText(request: SubgraphRequest): string {
  const { query, queryJson = JSON.stringify(query), operationName } = request
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`
  return `{"query":${queryJson}${name},"variables":${variablesText(request)}}`
}

function variablesText({ variables, representations, representationLists }: SubgraphRequest): string {
  let text = JSON.stringify(variables).slice(0, -1)
  const add = (name: string, all: readonly Representation[]) => {
    text += `${text === '{' ? '' : ','}"${name}":[${all.map(representationText).join()}]`
  }
  if (representations) add('representations', representations)
  for (const name in representationLists) add(name, representationLists[name] ?? [])
  return `${text}}`
}

/** All variables as objects, for a subgraph in this process. */
export function requestVariables({ variables, representations, representationLists }: SubgraphRequest): Readonly<Record<string, unknown>> {
  if (!representations && !representationLists) return variables
  const all: Record<string, unknown> = { ...variables }
  if (representations) all.representations = representations.map(representationObject)
  for (const name in representationLists) all[name] = representationLists[name]?.map(representationObject)
  return all
}

/** Where a subgraph's answers come from. */
export interface Source extends AsyncDisposable {
  readonly name: string
  /** True when the subgraph is in this process. */
  readonly isLocal?: boolean
  /**
   * The answer: at once from a subgraph in this process that waits for nothing.
   * @returns what rejects with a SourceFailure when no answer came, with CallerLeft when the signal was first. Nothing is thrown at once
   */
  fetch(request: SubgraphRequest, caller: Caller, signal: AbortSignal): Soon<SubgraphAnswer>
}

/** True for a request that changes something: it is never sent twice, and never shared. */
export const isWrite = ({ query }: SubgraphRequest): boolean => query.startsWith('mutation')

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
