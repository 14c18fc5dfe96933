import { monitorEventLoopDelay } from 'node:perf_hooks'
import { context, propagation } from '@opentelemetry/api'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { currentTraceId, FAULTS, Fault, type FaultCode } from './errors.ts'
import { openRequestVerifier } from './identity.ts'
import { executeSubgraph, type Subgraph, type SubgraphRequest } from './subgraph.ts'
import { inSpan } from './telemetry.ts'

/** A server that listens. Disposing drains it. */
export interface Listening extends AsyncDisposable {
  /** Address with the port that was really taken. */
  readonly url: string
}

export interface ServeOptions {
  readonly port: number
  readonly host?: string
  /** `kid:secret` each, shared with the router. */
  readonly hmacKeys: readonly string[]
  /** Public key of the router, a JWK as JSON. */
  readonly routerPublicKey: string
  /** How long readiness says no before the listener closes, for balancers to notice. */
  readonly drainDelayMs?: number
}

/**
 * Serves a subgraph over HTTP: `POST /graphql` for the router alone, probes, and the subgraph's public pages.
 * Without a valid signature every GraphQL request is 401, `_service` and introspection included.
 */
export async function serveSubgraph(subgraph: Subgraph, options: ServeOptions): Promise<Listening> {
  const verifier = await openRequestVerifier({
    subgraph: subgraph.name,
    hmacKeys: options.hmacKeys,
    publicKey: options.routerPublicKey,
  })
  const app = Fastify({ bodyLimit: 4 * 1024 * 1024, forceCloseConnections: 'idle' })
  // The signature covers the bytes, so the body is kept as text until it is verified.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const parentOf = (request: FastifyRequest) => propagation.extract(context.active(), request.headers)
  app.setErrorHandler((error, request, reply) => {
    const send = (code: FaultCode, message: string, traceId?: string) =>
      reply
        .code(FAULTS[code].status)
        .send({ errors: [{ message, extensions: { code, service: subgraph.name, ...(traceId && { traceId }) } }] })
    if (error instanceof Fault) return send(error.code, error.message)
    // A span of its own, for the id that ties the answer to the log.
    return context.with(parentOf(request), () =>
      inSpan('failed request', {}, async () => {
        subgraph.logger.error({ err: error }, 'request failed')
        return send('INTERNAL', FAULTS.INTERNAL.message, currentTraceId())
      }),
    )
  })

  app.post('/graphql', async (request, reply) => {
    const body = typeof request.body === 'string' ? request.body : ''
    const caller = await verifier.verify({ method: 'POST', path: '/graphql', body, headers: request.headers })
    const result = await context.with(parentOf(request), () => executeSubgraph(subgraph, readRequest(body), caller))
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(result))
  })
  for (const [path, page] of Object.entries(subgraph.pages ?? {})) {
    app.get(path, async (request, reply) => {
      const { status, type, body } = await page(new URL(request.url, 'http://localhost').searchParams)
      return reply.code(status).type(type).send(body)
    })
  }
  const drain = addProbes(app, () => subgraph.ready())

  const url = await app.listen({ port: options.port, host: options.host ?? '127.0.0.1' })
  return {
    url,
    async [Symbol.asyncDispose]() {
      drain()
      if (options.drainDelayMs) await new Promise((resolve) => setTimeout(resolve, options.drainDelayMs))
      await app.close()
    },
  }
}

function readRequest(body: string): SubgraphRequest {
  try {
    const request: unknown = JSON.parse(body)
    if (typeof request === 'object' && request !== null && 'query' in request && typeof request.query === 'string') {
      return request as SubgraphRequest
    }
  } catch {
    // Falls through: not JSON is as wrong as JSON of another shape.
  }
  throw new Fault('BAD_REQUEST')
}

/**
 * `/livez`: the event loop turns. `/readyz`: what the process needs answers. `/startupz`: it was ready once.
 * @returns a switch that turns readiness off for good
 */
export function addProbes(app: FastifyInstance, ready: () => Promise<void>): () => void {
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  app.addHook('onClose', async () => lag.disable())
  let draining = false
  let started = false
  const check = async (): Promise<string | null> => {
    if (draining) return 'draining'
    try {
      await ready()
      started = true
      return null
    } catch (error) {
      return error instanceof Error ? error.message : 'not ready'
    }
  }
  app.get('/livez', async (_request, reply) => {
    const milliseconds = lag.percentile(99) / 1e6
    lag.reset()
    return reply.code(milliseconds < 1_000 ? 200 : 503).send({ status: milliseconds < 1_000 ? 'ok' : 'event loop is late' })
  })
  app.get('/readyz', async (_request, reply) => {
    const problem = await check()
    return reply.code(problem === null ? 200 : 503).send({ status: problem ?? 'ok' })
  })
  app.get('/startupz', async (_request, reply) => {
    const problem = started ? null : await check()
    return reply.code(problem === null ? 200 : 503).send({ status: problem ?? 'ok' })
  })
  return () => {
    draining = true
  }
}
