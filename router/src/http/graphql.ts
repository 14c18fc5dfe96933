import { ApolloServer, HeaderMap } from '@apollo/server'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import { FAULTS, Fault, scrub } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GraphQLError } from 'graphql'
import { vibelyGateway } from '../gateway/vibely-gateway.ts'
import type { Authenticator } from '../identity/access-token.ts'
import { LIMITS } from '../operations/limits.ts'
import { InvalidOperation, type PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { noteOperation } from '../telemetry/logs.ts'
import { refuse } from './refusal.ts'
import { stringifyResult, textCarrier } from './response-text.ts'

interface RequestContext {
  readonly caller: Caller
  readonly signal: AbortSignal
  operation?: PreparedOperation
}

/** GraphQL over HTTP on `/graphql`, by Apollo Server. */
export async function addGraphql(
  app: FastifyInstance,
  pipeline: Pipeline,
  authenticator: Authenticator,
  logger: Logger,
): Promise<ApolloServer<RequestContext>> {
  const server = new ApolloServer<RequestContext>({
    gateway: vibelyGateway<RequestContext>(pipeline.state, async ({ request, context }) => {
      if (!context.operation) throw new Error('an operation came to execution unprepared')
      const { operation, caller, signal } = context
      return textCarrier(await pipeline.run({ operation, variables: request.variables, caller, signal }))
    }),
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    // Limits, validation and the rule about introspection are in `operations`, for all transports.
    dangerouslyDisableValidation: true,
    introspection: true,
    parseOptions: { maxTokens: LIMITS.tokens },
    formatError: scrub,
    stringifyResult: (result) => stringifyResult(result),
    stopOnTerminationSignals: false,
    logger,
    plugins: [ApolloServerPluginLandingPageDisabled(), preparation(pipeline)],
  })
  await server.start()

  const handle = fastifyApolloHandler(server, {
    context: async (request, reply) => ({ caller: await callerOf(request, authenticator), signal: closing(reply) }),
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler(request, reply) {
      if (Array.isArray(request.body)) return refuse(reply, 400, 'BATCHING_DISABLED')
      const from = traceParent(request)
      return inSpan('router.request', { kind: SpanKind.SERVER, ...(from && { from }) }, async () => {
        noteOperation(request, operationNameOf(request))
        return handle.call(app, request, reply)
      })
    },
  })
  return server
}

/** Prepares the operation once its text is known; a refused one is answered with all its errors. */
const preparation = (pipeline: Pipeline) => ({
  async requestDidStart() {
    return {
      async responseForOperation(event: { source: string; request: { operationName?: string | undefined }; contextValue: RequestContext }) {
        try {
          const operation = pipeline.operations.prepare(event.source, event.request.operationName, event.contextValue.caller.viewer)
          if (operation.kind === 'subscription')
            throw new InvalidOperation([new GraphQLError('Subscribe over WebSocket.', { extensions: { code: 'BAD_REQUEST' } })])
          event.contextValue.operation = operation
          return null
        } catch (error) {
          if (!(error instanceof InvalidOperation)) throw error
          const errors = error.errors.map((one) => scrub(one.toJSON()))
          return { http: { status: 400, headers: new HeaderMap() }, body: { kind: 'single' as const, singleResult: { errors } } }
        }
      },
    }
  },
})

/** Only the bearer token says who calls; nothing else of a client's headers goes further. */
async function callerOf(request: FastifyRequest, authenticator: Authenticator): Promise<Caller> {
  try {
    const { viewer } = await authenticator.authenticate(request.headers.authorization)
    return { viewer, ip: request.ip, userAgent: request.headers['user-agent'] ?? null }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const http = { status: FAULTS[error.code].status }
    throw new GraphQLError(error.message, { extensions: { ...error.extensions, http } })
  }
}

/** Aborts when the client leaves before it has its answer. */
function closing(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

function operationNameOf({ body, query }: FastifyRequest): string | undefined {
  const { operationName } = (body ?? query ?? {}) as { operationName?: unknown }
  return typeof operationName === 'string' ? operationName.slice(0, 100) : undefined
}

function traceParent({ headers }: FastifyRequest): Record<string, string> | undefined {
  const { traceparent } = headers
  return typeof traceparent === 'string' ? { traceparent } : undefined
}
