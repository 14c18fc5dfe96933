import type { IncomingMessage } from 'node:http'
import { bodyParameters, isJsonBody, type Parameters, searchParameters } from '../http/parameters.ts'
import { readBody } from '../http/read-body.ts'
import { HttpRefusal } from '../http/refusal.ts'

/**
 * What a request for a stream asks for, by POST or GET.
 * @throws HttpRefusal
 */
export async function streamParameters(request: IncomingMessage): Promise<Parameters> {
  const { method } = request
  if (method === 'POST') {
    if (!isJsonBody(request)) throw new HttpRefusal(415, 'BAD_REQUEST', 'Send application/json in UTF-8, not compressed.')
    return bodyParameters(await readBody(request))
  }
  if (method !== 'GET') throw new HttpRefusal(405, 'BAD_REQUEST', 'Use POST or GET.', { allow: 'GET, POST, PUT, DELETE' })
  // No page can read the events of another's: its origin is checked, and a mutation is refused. So no preflight is asked
  // for, which a browser's EventSource could not bring about.
  return searchParameters(searchOf(request))
}

/** The query of a request's URL, with its question mark; empty without one. */
export function searchOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at)
}
