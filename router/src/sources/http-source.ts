import type { RequestSigner } from '@vibely/kit/identity'
import type { Logger } from '@vibely/kit/logger'
import { retrying } from '@vibely/kit/resilience'
import { traceHeaders } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import { Pool } from 'undici'
import { guarded } from './guarded.ts'
import { isWrite, requestText, type Source, type SubgraphAnswer, type SubgraphRequest } from './source.ts'

const CONNECTIONS = 64
const ANSWER_BYTES = 16 * 1024 * 1024
const LOST = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'])

/**
 * A subgraph behind HTTP: kept connections, signed requests, one retry of reads whose connection was lost.
 * @param options.signer absent for a foreign subgraph that knows no signature
 */
export function httpSource(options: {
  readonly name: string
  readonly url: string
  readonly signer?: RequestSigner | undefined
  readonly logger: Logger
}): Source {
  const { origin, pathname, search } = new URL(options.url)
  const path = pathname + search
  // The deadline aborts through the signal, so undici's own timers are off.
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: ANSWER_BYTES,
    connect: { timeout: 1_000 },
  })
  const again = retrying({ attempts: 1, firstDelayMs: 20, maxDelayMs: 100, when: isLost })

  async function send(request: SubgraphRequest, caller: Caller, signal: AbortSignal): Promise<SubgraphAnswer> {
    const body = requestText(request)
    // Signed on each try: a nonce is good for one.
    const signed = await options.signer?.headers({ method: 'POST', path, body }, caller)
    const answer = await pool.request({
      method: 'POST',
      path,
      body,
      signal,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...traceHeaders(), ...signed },
    })
    const text = await answer.body.text()
    const parsed = parse(text)
    // A request error carries a status and a GraphQL body; anything else is no GraphQL server, or not ours.
    if (!parsed || answer.statusCode === 401 || answer.statusCode >= 500)
      throw new Error(`subgraph ${options.name} answered ${answer.statusCode}`)
    return parsed
  }

  return {
    name: options.name,
    fetch: guarded(options.name, options.logger, (request, caller, signal) =>
      isWrite(request) ? send(request, caller, signal) : again.execute(() => send(request, caller, signal), signal),
    ),
    [Symbol.asyncDispose]: () => pool.close(),
  }
}

const isLost = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && LOST.has(error.code)

function parse(text: string): SubgraphAnswer | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value) ? (value as SubgraphAnswer) : null
  } catch {
    return null
  }
}
