import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Caller } from '@vibely/kit/viewer'
import type { AnswerPart } from '../execution/answer.ts'
import type { MediaType } from './negotiate.ts'
import type { Parameters } from './parameters.ts'

/** A request that may be run: security has let it in, its parameters are well-formed, and its document's text is known. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly parameters: Parameters
  /** The document: sent, or kept under the hash that was sent. */
  readonly query: string
  /** Keeps a document that came with its hash, once it has proved valid. */
  readonly keepDocument?: () => void
  readonly caller: Caller
  /** The admin header came with it: it may see the schema. */
  readonly isPrivileged: boolean
  readonly mediaType: MediaType
  /** The client takes deferred parts of the answer behind the first. */
  readonly takesParts: boolean
  /** Aborts when the client leaves before it has its answer. */
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  /** Made where it is sent. Not a getter: V8 makes those of a literal old, and what they lead to then outlives every scavenge. */
  readonly text: () => string
  /** What follows the text, in an answer of several parts. */
  readonly later?: AsyncIterable<readonly AnswerPart[]>
  readonly headers?: OutgoingHttpHeaders
  /** Code of the refusal, when nothing was executed. */
  readonly rejected?: string | undefined
}
