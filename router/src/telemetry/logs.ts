import type { IncomingMessage } from 'node:http'

/** What the log says of a request beside its outcome. */
export interface RequestNotes {
  readonly trace_id: string | undefined
  /** Name of the operation, as the client gave it. */
  readonly op: string | undefined
}

/** A request as one line of the log. */
export function requestLine({ method, url = '' }: IncomingMessage, status: number, milliseconds: number, notes?: RequestNotes): object {
  return { method, path: url.split('?', 1)[0], status, ms: Math.round(milliseconds), ...notes }
}
