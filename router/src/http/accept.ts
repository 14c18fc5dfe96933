import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '@vibely/kit/viewer'
import type { Authenticator } from '../identity/authenticator.ts'
import type { ClientAddress } from '../identity/client-address.ts'
import type { ClientHeaders } from '../identity/client-headers.ts'
import type { PersistedOperations } from '../operations/persisted.ts'
import type { AdminCheck } from './admin.ts'
import type { Exchange } from './exchange.ts'
import { takesParts } from './incremental.ts'
import type { MediaType } from './negotiate.ts'
import { bodyParameters, isJsonBody, type Parameters, searchParameters } from './parameters.ts'
import { readBody } from './read-body.ts'
import { HttpRefusal } from './refusal.ts'

/** What stands at the door. */
export interface AcceptOptions {
  readonly persisted: PersistedOperations
  readonly authenticator: Authenticator
  readonly isAdmin: AdminCheck
  readonly addressOf: ClientAddress
  readonly headersOf: ClientHeaders
}

/**
 * Lets a request in, or not.
 * @throws HttpRefusal, InvalidOperation when the document is not to be had, Fault when the credential is not good
 */
export async function accept(
  request: IncomingMessage,
  response: ServerResponse,
  mediaType: MediaType | null,
  { persisted, isAdmin, ...door }: AcceptOptions,
): Promise<Exchange> {
  const parameters = await parametersOf(request)
  if (mediaType === null) throw new HttpRefusal(406, 'BAD_REQUEST', 'Accept application/graphql-response+json or application/json.')
  const isPrivileged = isAdmin(request.headers)
  const query = await persisted.textOf(parameters, isPrivileged)
  if (!query) throw new HttpRefusal(400, 'BAD_REQUEST', 'The parameter "query" is missing.')
  const caller = await callerOf(request, door)
  const keep = parameters.extensions && { keepDocument: () => persisted.keep(parameters) }
  const inParts = takesParts(request.headers.accept)
  return { request, response, parameters, query, ...keep, caller, isPrivileged, mediaType, takesParts: inParts, signal: closing(response) }
}

async function parametersOf(request: IncomingMessage): Promise<Parameters> {
  const { method, url = '' } = request
  if (method === 'POST') {
    if (!isJsonBody(request)) throw new HttpRefusal(415, 'BAD_REQUEST', 'Send application/json in UTF-8, not compressed.')
    return bodyParameters(await readBody(request))
  }
  if (method !== 'GET') throw new HttpRefusal(405, 'BAD_REQUEST', 'Use POST, or GET for a query.', { allow: 'GET, POST' })
  if (!isPreflighted(request)) throw new HttpRefusal(400, 'BAD_REQUEST', 'A query by GET needs the header apollo-require-preflight.')
  const at = url.indexOf('?')
  return searchParameters(at < 0 ? '' : url.slice(at))
}

/** True when no page can have sent it without its browser asking us first. */
const isPreflighted = ({ headers }: IncomingMessage): boolean =>
  Boolean(headers['apollo-require-preflight'] || headers['x-apollo-operation-name']) ||
  headers['content-type']?.startsWith('application/json') === true

/** Only the bearer credential says who calls; of a client's other headers none goes further but those that are named. */
async function callerOf(
  request: IncomingMessage,
  { authenticator, addressOf, headersOf }: Pick<AcceptOptions, 'authenticator' | 'addressOf' | 'headersOf'>,
): Promise<Caller> {
  const { headers } = request
  const ip = addressOf(request)
  const { viewer } = await authenticator.authenticate(headers.authorization, ip)
  return { viewer, ip, userAgent: headers['user-agent'] ?? null, headers: headersOf(headers) }
}

/** Aborts when the client leaves before it has its answer. */
function closing(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}
