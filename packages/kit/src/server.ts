import { context, propagation } from '@opentelemetry/api'
import Fastify, { type FastifyRequest } from 'fastify'
import { currentTraceId, FAULTS, Fault, type FaultCode } from './errors.ts'
import { openRequestVerifier } from './identity.ts'
import { addProbes } from './probes.ts'
import { executeSubgraph, type Subgraph, type SubgraphRequest } from './subgraph.ts'
import { inSpan } from './telemetry.ts'
import { withoutSchemas } from './without-schemas.ts'

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
  const app = Fastify({ ...withoutSchemas, bodyLimit: 4 * 1024 * 1024, forceCloseConnections: 'idle' })
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
