import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Caller } from '@vibely/kit/viewer'
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
  /** Aborts when the client leaves before it has its answer. */
  readonly signal: AbortSignal
}

/** An answer in one piece. */
export interface Reply {
  readonly status: number
  readonly text: string
  readonly headers?: OutgoingHttpHeaders
  /** Code of the refusal, when nothing was executed. */
  readonly rejected?: string | undefined
}
