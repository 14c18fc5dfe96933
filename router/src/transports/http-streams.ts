import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Caller } from '@vibely/kit/viewer'
import { prefersEvents } from '../http/negotiate.ts'
import { HttpRefusal } from '../http/refusal.ts'
import type { Identity } from '../identity/authenticator.ts'
import { endApart, type LiveConnectionOptions } from './live-connections.ts'
import { multipartFormat } from './multipart-format.ts'
import { distinctFormat } from './sse-format.ts'
import { openSingleConnections, streamTokenOf } from './sse-single.ts'
import { streamParameters } from './stream-parameters.ts'
import { openStreamResponse, type StreamFormat, type StreamResponse } from './stream-response.ts'
import { takeTurns } from './turns.ts'

const HEARTBEAT_SECONDS = 10

/** A request for a response that stays open, or about one. */
export interface StreamRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly headers: OutgoingHttpHeaders
  readonly identity: Identity
  readonly caller: Caller
}

/** Results over HTTP responses that stay open: server-sent events as graphql-sse has them, and Apollo's multipart subscriptions. */
export interface HttpStreams extends AsyncDisposable {
  /** True for a request that asks for such a response, or belongs to one. */
  takes(request: IncomingMessage): boolean
  /**
   * Answers it.
   * @param headers that go with every answer
   * @throws HttpRefusal, Fault when it is refused
   */
  handle(request: IncomingMessage, response: ServerResponse, headers: OutgoingHttpHeaders): Promise<void>
}

/** Disposing ends the responses in random order, so that their clients do not come back all at once. */
export function openHttpStreams(options: LiveConnectionOptions): HttpStreams {
  const { operations, authenticator, credentials, admission, isAllowed, addressOf, headersOf } = options
  const open = new Set<StreamResponse>()
  const heartbeats = takeTurns<StreamResponse>(HEARTBEAT_SECONDS, (stream) => stream.beat())

  /** Begins a response that stays open, and keeps its place until it closes. */
  function begin({ request, response, headers, identity }: StreamRequest, format: StreamFormat): StreamResponse {
    const places = [admission.enter(addressOf(request) ?? '')]
    if (identity.viewer) places.push(admission.enterUser(identity.viewer.id))
    const leave = () => {
      for (const place of places) place?.[Symbol.dispose]()
    }
    if (places.includes(null)) {
      leave()
      throw new HttpRefusal(429, 'RATE_LIMITED', 'Too many live connections.', { 'retry-after': '1' })
    }
    const stream = openStreamResponse(response, { format, headers, identity, credentials, operations })
    open.add(stream)
    heartbeats.add(stream)
    stream.left.addEventListener('abort', () => {
      open.delete(stream)
      heartbeats.delete(stream)
      leave()
    })
    return stream
  }

  const single = openSingleConnections(begin)
  async function handle(request: IncomingMessage, response: ServerResponse, headers: OutgoingHttpHeaders): Promise<void> {
    if (!isAllowed(request.headers)) throw new HttpRefusal(403, 'FORBIDDEN', 'This origin is not allowed.')
    const isSingle = streamTokenOf(request) !== null || request.method === 'PUT'
    // Ahead of the credential: one that ends while its client is slow to say what he wants must not open a stream.
    const parameters = isSingle ? null : await streamParameters(request)
    const { headers: sent } = request
    const ip = addressOf(request)
    const identity = await authenticator.authenticate(sent.authorization, ip)
    const caller = { viewer: identity.viewer, ip, userAgent: sent['user-agent'] ?? null, headers: headersOf(sent) }
    const asked: StreamRequest = { request, response, headers, identity, caller }
    if (!parameters) return single.handle(asked)
    const lastEventId = sent['last-event-id']
    const resumeFrom = typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined
    const stream = begin(asked, wantsMultipart(request) ? multipartFormat : distinctFormat)
    const isRead = request.method === 'GET'
    await stream.run('', caller, { ...parameters, resumeFrom, isRead })
    stream.close()
  }

  return {
    takes: (request) => wantsEvents(request) || wantsMultipart(request) || streamTokenOf(request) !== null || request.method === 'PUT',
    handle: (request, response, headers) =>
      handle(request, response, headers).catch((error: unknown) => {
        // A body that nobody has read would keep the connection from its next request, and from a drain.
        request.resume()
        throw error
      }),
    async [Symbol.asyncDispose]() {
      heartbeats[Symbol.dispose]()
      await endApart(open, (stream) => stream.close())
    },
  }
}

const wantsEvents = ({ headers }: IncomingMessage) => prefersEvents(headers.accept)
const wantsMultipart = ({ headers }: IncomingMessage) =>
  /\bmultipart\/mixed\b/i.test(headers.accept ?? '') && /subscriptionSpec="?1\.0/i.test(headers.accept ?? '')
