import { setTimeout } from 'node:timers/promises'
import type { FaultCode } from '@vibely/kit/errors'
import type { RequestSigner } from '@vibely/kit/identity'
import type { Logger } from '@vibely/kit/logger'
import { traceHeaders } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import { failureErrors } from '../execution/failure-errors.ts'
import { isJson } from '../execution/merge.ts'
import { guarded } from './guarded.ts'
import type { Headers } from './header-rules.ts'
import type { HttpAnswer } from './http-answer.ts'
import { ConnectionLost, httpConnection } from './http-connection.ts'
import { isWrite, requestText, type Source, type SubgraphAnswer, type SubgraphRequest } from './source.ts'
import { subgraphErrors } from './subgraph-errors.ts'

const HEADERS = { 'content-type': 'application/json', accept: 'application/json', 'accept-encoding': 'identity' }
const RETRY_AFTER_MS = 20
const JITTER_MS = 60

/**
 * A subgraph behind HTTP: kept connections, signed requests, one retry of reads whose connection was lost.
 * @param options.signer absent for a foreign subgraph that knows no signature
 * @param options.headersFor what such a one is told of the caller: it may refuse that, which is no failure of its own
 */
export function httpSource(options: {
  readonly name: string
  readonly url: string
  readonly signer?: RequestSigner | undefined
  readonly headersFor?: ((caller: Caller) => Headers) | undefined
  readonly logger: Logger
}): Source {
  const { name, signer, headersFor, logger } = options
  const { origin, pathname, search } = new URL(options.url)
  const path = pathname + search
  const connection = httpConnection(origin)

  /** Signed on each try: a nonce is good for one. */
  async function post(body: string, caller: Caller, signal: AbortSignal): Promise<HttpAnswer> {
    const signed = await signer?.headers({ method: 'POST', path, body }, caller)
    return connection.post(path, { ...headersFor?.(caller), ...HEADERS, ...traceHeaders(), ...signed }, body, signal)
  }

  async function send(request: SubgraphRequest, caller: Caller, signal: AbortSignal): Promise<SubgraphAnswer> {
    const body = requestText(request)
    const answer = await post(body, caller, signal).catch(async (error: unknown) => {
      if (isWrite(request) || !(error instanceof ConnectionLost)) throw error
      await setTimeout(RETRY_AFTER_MS + Math.random() * JITTER_MS, undefined, { signal })
      return post(body, caller, signal)
    })
    const parsed = parse(answer.text)
    if (!signer && answer.status >= 400 && answer.status < 500) {
      logger.warn({ subgraph: name, status: answer.status }, 'a subgraph has refused a request')
      return parsed ?? { errors: failureErrors(REFUSALS[answer.status] ?? 'SUBGRAPH_UNAVAILABLE', name, request) }
    }
    // A request error carries a status and a GraphQL body; anything else is no GraphQL server, or not ours.
    if (!parsed || answer.status === 401 || answer.status >= 500) throw new Error(`subgraph ${name} answered ${answer.status}`)
    return parsed
  }

  return { name, fetch: guarded(name, logger, send), [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() }
}

const REFUSALS: Readonly<Record<number, FaultCode>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 429: 'RATE_LIMITED' }

/** The answer; null where it is none: neither data nor errors, or data of another kind. */
function parse(text: string): SubgraphAnswer | null {
  try {
    const value: unknown = JSON.parse(text)
    if (!isJson(value)) return null
    const { data = null } = value
    const errors = subgraphErrors(value.errors)
    if (data === null) return errors?.length ? { errors } : null
    if (!isJson(data)) return null
    // Text without a backslash has escaped nothing, and what is not escaped need not be.
    const plain = !text.includes('\\')
    return errors ? { data, errors, plain } : { data, plain }
  } catch {
    return null
  }
}
