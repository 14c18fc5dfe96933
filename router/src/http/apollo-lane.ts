import { ApolloServer, type BaseContext, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { codeOf, scrub } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import type { Answer } from '../execution/answer.ts'
import { vibelyGateway } from '../gateway/vibely-gateway.ts'
import { costExtensions, rateLimitHeaders } from '../operations/cost-report.ts'
import { InvalidOperation, refusedAnswer } from '../operations/invalid-operation.ts'
import { LIMITS } from '../operations/limits.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { prepareExchange, runExchange } from './answer-exchange.ts'
import type { Exchange, Reply } from './exchange.ts'
import { statusOf } from './negotiate.ts'
import { stringifyResult, textCarrier } from './response-text.ts'

interface Context extends BaseContext {
  readonly exchange: Exchange
  operation?: PreparedOperation
  /** One object in all copies that Apollo Server makes of the context. */
  readonly outcome: Outcome
}

interface Outcome {
  answer?: Answer
  /** As in `Reply`. */
  rejected?: string | undefined
  /** What neither client nor Apollo Server may see. */
  failure?: unknown
}

/** The long way of an exchange: through Apollo Server. */
export interface ApolloLane extends AsyncDisposable {
  answer(exchange: Exchange): Promise<Reply>
}

export async function openApolloLane(pipeline: Pipeline, logger: Logger): Promise<ApolloLane> {
  const server = new ApolloServer<Context>({
    gateway: vibelyGateway<Context>(pipeline, async ({ context }) => {
      if (!context.operation) throw new Error('an operation came to execution unprepared')
      try {
        const answer = await runExchange(pipeline, context.exchange, context.operation)
        context.outcome.answer = answer
        return textCarrier(answer, costExtensions(answer, context.exchange.parameters.extensions))
      } catch (error) {
        context.outcome.failure = error
        throw error
      }
    }),
    includeStacktraceInErrorResponses: false,
    // Security, limits, validation and the rule about introspection are ours, for all transports.
    csrfPrevention: false,
    dangerouslyDisableValidation: true,
    introspection: true,
    persistedQueries: false,
    documentStore: null,
    parseOptions: { maxTokens: LIMITS.tokens },
    formatError: scrub,
    stringifyResult,
    stopOnTerminationSignals: false,
    logger,
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginCacheControlDisabled(), preparation(pipeline), statuses],
  })
  await server.start()
  return {
    async answer(exchange) {
      const outcome: Outcome = {}
      const context: Context = { exchange, outcome }
      const answered = await server.executeHTTPGraphQLRequest({ httpGraphQLRequest: httpRequest(exchange), context: async () => context })
      if (outcome.failure !== undefined) throw outcome.failure
      const { status = 200, headers, body } = answered
      if (body.kind !== 'complete') throw new Error('Apollo Server answered in parts')
      headers.delete('content-type')
      return {
        status,
        text: () => body.string,
        headers: { ...Object.fromEntries(headers), ...(outcome.answer && rateLimitHeaders(outcome.answer)) },
        rejected: outcome.rejected,
      }
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

/** Prepares the operation once Apollo Server has parsed its text; a refused one is answered with all its errors. */
const preparation = (pipeline: Pipeline) => ({
  async requestDidStart() {
    return {
      async responseForOperation({ contextValue }: { contextValue: Context }) {
        try {
          contextValue.operation = await prepareExchange(pipeline, contextValue.exchange)
          return null
        } catch (error) {
          if (!(error instanceof InvalidOperation)) {
            contextValue.outcome.failure = error
            throw error
          }
          const errors = error.errors.map((one) => scrub(one.toJSON()))
          const extensions = costExtensions(refusedAnswer(error), contextValue.exchange.parameters.extensions)
          const singleResult = { errors, ...(extensions && { extensions }) }
          return { http: { headers: new HeaderMap() }, body: { kind: 'single' as const, singleResult } }
        }
      },
    }
  },
})

const METHOD_NOT_ALLOWED = 405

/** Its statuses do not look at what the client accepts. */
const statuses = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, contextValue }: Answered) {
        if (response.body.kind !== 'single') return
        const { data, errors } = response.body.singleResult
        contextValue.outcome.rejected = data === undefined && errors?.[0] ? codeOf(errors[0]) : undefined
        if (response.http.status === METHOD_NOT_ALLOWED) return
        response.http.status = statusOf(contextValue.outcome.rejected, contextValue.exchange.mediaType)
      },
    }
  },
}

interface Answered {
  readonly contextValue: Context
  readonly response: {
    readonly http: { status?: number }
    readonly body:
      | { readonly kind: 'single'; readonly singleResult: Parameters<typeof stringifyResult>[0] }
      | { readonly kind: 'incremental' }
  }
}

/** The request as Apollo Server reads it, with the document that a hash stood for. */
function httpRequest({ request, parameters, query }: Exchange): HTTPGraphQLRequest {
  const method = request.method ?? 'POST'
  const { operationName, variables } = parameters
  const accept = request.headers.accept
  const headers = new HeaderMap([['content-type', 'application/json'], ...(accept === undefined ? [] : [['accept', accept] as const])])
  if (method !== 'GET')
    return { method, headers, search: '', body: { query, operationName: operationName || null, variables: variables ?? null } }
  const search = new URLSearchParams({ query })
  // Its variables are ours to run with, and may be too deep to be written as text.
  if (operationName) search.set('operationName', operationName)
  return { method, headers, search: `?${search}`, body: '' }
}
