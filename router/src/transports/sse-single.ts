import { randomUUID } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { HttpRefusal } from '../http/refusal.ts'
import type { Identity } from '../identity/authenticator.ts'
import { takePlace } from './admission.ts'
import type { StreamRequest } from './http-streams.ts'
import { singleFormat } from './sse-format.ts'
import { searchOf, streamParameters } from './stream-parameters.ts'
import type { StreamFormat, StreamResponse } from './stream-response.ts'

const OPERATIONS = 50
const RESERVED_MS = 10_000
/** Reserved and not opened yet, by address. */
const MOST_RESERVED = 100

interface Reservation {
  readonly userId: string | null
  /** Held until the stream is open. */
  readonly place: Disposable
  stream: StreamResponse | null
}

/** Name of the stream that a request belongs to; null for none. In the URL for browsers, whose EventSource sends no header. */
export function streamTokenOf(request: IncomingMessage): string | null {
  const header = request.headers['x-graphql-event-stream-token']
  if (typeof header === 'string') return header
  return request.url?.includes('token=') ? new URLSearchParams(searchOf(request)).get('token') : null
}

/**
 * Single connections of graphql-sse: PUT reserves a stream, GET opens it, POST runs an operation whose results come on it,
 * DELETE stops one. The token names the stream and proves nothing: each request brings the user's own credential, and a
 * fresh one extends the stream's life.
 */
export function openSingleConnections(begin: (asked: StreamRequest, format: StreamFormat) => StreamResponse) {
  const reservations = new Map<string, Reservation>()
  const reserved = new Map<string, number>()

  function reserve({ response, headers, identity, caller }: StreamRequest): void {
    const place = takePlace(reserved, caller.ip ?? '', MOST_RESERVED)
    if (!place) throw new HttpRefusal(429, 'RATE_LIMITED', 'Too many reserved streams.', { 'retry-after': '1' })
    const token = randomUUID()
    const reservation: Reservation = { userId: userOf(identity), place, stream: null }
    reservations.set(token, reservation)
    setTimeout(() => {
      place[Symbol.dispose]()
      if (!reservation.stream) reservations.delete(token)
    }, RESERVED_MS).unref()
    reply(response, 201, headers, token)
  }

  function open(asked: StreamRequest, token: string, reservation: Reservation): void {
    if (reservation.stream) throw new HttpRefusal(409, 'BAD_REQUEST', 'The stream is open already.')
    const stream = begin(asked, singleFormat)
    reservation.stream = stream
    reservation.place[Symbol.dispose]()
    stream.left.addEventListener('abort', () => void reservations.delete(token))
  }

  async function run({ request, response, headers, caller }: StreamRequest, stream: StreamResponse | null): Promise<void> {
    const parameters = await streamParameters(request)
    const id = parameters.extensions?.operationId
    if (typeof id !== 'string' || id === '') throw new HttpRefusal(400, 'BAD_REQUEST', 'The extension "operationId" is missing.')
    if (!stream) throw new HttpRefusal(404, 'BAD_REQUEST', 'The stream is not open.')
    if (stream.running.has(id)) throw new HttpRefusal(409, 'BAD_REQUEST', 'An operation with this id is under way.')
    if (stream.running.size >= OPERATIONS) throw new HttpRefusal(400, 'BAD_REQUEST', `A stream carries at most ${OPERATIONS} operations.`)
    reply(response, 202, headers, '')
    await stream.run(id, caller, parameters)
  }

  return {
    /** @throws HttpRefusal */
    async handle(asked: StreamRequest): Promise<void> {
      const { request, response, headers, identity } = asked
      const { method } = request
      if (method === 'PUT') return reserve(asked)
      const token = streamTokenOf(request) ?? ''
      const reservation = reservations.get(token)
      if (!reservation) throw new HttpRefusal(404, 'BAD_REQUEST', 'There is no such stream.')
      if (reservation.userId !== userOf(identity)) throw new HttpRefusal(403, 'FORBIDDEN')
      if (method === 'GET') return open(asked, token, reservation)
      reservation.stream?.renew(identity, asked.caller)
      if (method === 'POST') return run(asked, reservation.stream)
      if (method !== 'DELETE')
        throw new HttpRefusal(405, 'BAD_REQUEST', 'Use PUT, GET, POST or DELETE.', { allow: 'GET, POST, PUT, DELETE' })
      const id = new URLSearchParams(searchOf(request)).get('operationId')
      if (id === null) throw new HttpRefusal(400, 'BAD_REQUEST', 'The parameter "operationId" is missing.')
      reservation.stream?.stop(id)
      reply(response, 200, headers, '')
    },
  }
}

const userOf = ({ viewer }: Identity): string | null => viewer?.id ?? null

function reply(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, text: string): void {
  response
    .writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
