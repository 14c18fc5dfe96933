import { codeOf } from '@vibely/kit/errors'
import { GraphQLError } from 'graphql'
import { type Answer, answerText } from '../execution/answer.ts'
import { costExtensions, rateLimitHeaders } from '../operations/cost-report.ts'
import { InvalidOperation, refusedAnswer } from '../operations/invalid-operation.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { NO_CHOICES, type PlanChoices } from '../planning/planner.ts'
import type { Exchange, Reply } from './exchange.ts'
import { answerStart } from './incremental.ts'
import { type MediaType, statusOf } from './negotiate.ts'
import type { Parameters } from './parameters.ts'
import { HttpRefusal } from './refusal.ts'

/**
 * Prepares the operation of an exchange.
 * @throws InvalidOperation, HttpRefusal 405 for what may not come by GET
 */
export async function prepareExchange({ operations }: Pipeline, exchange: Exchange): Promise<PreparedOperation> {
  const { request, query, parameters, caller, isPrivileged } = exchange
  const { operationName, variables = {} } = parameters
  // Apollo's clients always say that they take parts: only a document that defers something is worth another plan.
  const choices = exchange.takesParts && query.includes('@defer') ? WITH_PARTS : NO_CHOICES
  const operation = await operations.prepare(query, operationName, caller.viewer, isPrivileged, choices, variables)
  if (request.method === 'GET' && operation.kind === 'mutation')
    throw new HttpRefusal(405, 'BAD_REQUEST', 'A mutation is not sent by GET.', { allow: 'POST' })
  if (operation.kind === 'subscription') throw new InvalidOperation([NOT_A_STREAM])
  exchange.keepDocument?.()
  return operation
}

const WITH_PARTS: PlanChoices = { ...NO_CHOICES, defer: true }

const NOT_A_STREAM = new GraphQLError('Subscribe over WebSocket, or accept text/event-stream.', { extensions: { code: 'BAD_REQUEST' } })

/** Runs the prepared operation of an exchange. */
export const runExchange = (pipeline: Pipeline, { parameters, caller, signal }: Exchange, operation: PreparedOperation): Promise<Answer> =>
  pipeline.run({ operation, variables: parameters.variables, caller, signal })

/**
 * The short way of an exchange: from its text to the text of its answer. Apollo Server goes the long way with the same
 * outcome; a test sends one corpus both ways.
 */
export async function answerExchange(pipeline: Pipeline, exchange: Exchange): Promise<Reply> {
  try {
    const operation = await prepareExchange(pipeline, exchange)
    return replyTo(exchange.mediaType, await runExchange(pipeline, exchange, operation), exchange.parameters.extensions)
  } catch (error) {
    if (error instanceof InvalidOperation) return replyTo(exchange.mediaType, refusedAnswer(error), exchange.parameters.extensions)
    throw error
  }
}

/**
 * The answer in its media type.
 * @param asked the request's `extensions`
 */
export function replyTo(mediaType: MediaType, answer: Answer, asked?: Parameters['extensions']): Reply {
  const rejected = answer.data === undefined && answer.errors[0] ? codeOf(answer.errors[0]) : undefined
  const extensions = costExtensions(answer, asked)
  const { later } = answer
  const textOf = later ? answerStart : answerText
  return {
    status: statusOf(rejected, mediaType),
    headers: rateLimitHeaders(answer),
    rejected,
    text: () => textOf(answer, extensions),
    ...(later && { later }),
  }
}
