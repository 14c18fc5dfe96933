import { buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway'
import type { Logger } from '@vibely/kit/logger'
import type { GraphQLError } from 'graphql'
import { EVENT_SERVICE, type Execution, type Executor } from '../execution/executor.ts'
import { failureErrors } from '../execution/failure-errors.ts'
import { CallerLeft, type Source, SourceFailure } from '../sources/source.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { refusalErrors } from './refusals.ts'
import { stockPlan } from './stock-plan.ts'

/** Apollo's `executeQueryPlan` over our own sources. */
export function stockExecutor(state: SchemaState, sources: readonly Source[], logger: Logger): Executor {
  const services = Object.fromEntries(sources.map((source) => [source.name, dataSource(source)]))
  const apiSchema = loadSupergraph(state.executionSdl, false).apiSchema()
  return {
    async execute(execution) {
      const { operation, variables, caller, event } = execution
      const { plan, document, refusals } = operation
      const serviceMap = event ? { ...services, [EVENT_SERVICE]: dataSource(event) } : services
      const context = buildOperationContext({ schema: state.apiSchema, operationDocument: document })
      // The parts of Apollo Server's request context that the executor reads.
      const request = { request: { variables }, context: execution, metrics: {}, logger } as unknown as Parameters<
        typeof executeQueryPlan
      >[2]
      const result = await executeQueryPlan(stockPlan(plan), serviceMap, request, context, state.supergraphSchema, apiSchema)
      const refused = refusals.flatMap((refusal) => refusalErrors(refusal, result.data ?? null, caller.viewer))
      // It hides null in a non-null place in an extension when nothing else failed. A refusal explains it already.
      const hidden = (result.extensions?.valueCompletion ?? []) as readonly GraphQLError[]
      return {
        spent: operation.cost?.actual(result.data, execution.coerced),
        data: result.data === undefined ? undefined : JSON.stringify(result.data),
        errors: [...(result.errors ?? []), ...(refused.length > 0 ? [] : hidden), ...refused],
      }
    },
  }
}

/** A source as the executor calls it. What fails becomes errors at the paths that stay empty. */
const dataSource = (source: Source): GraphQLDataSource => ({
  async process({ request, context }) {
    const { caller, signal, asOf } = context as Execution
    const { query = '', operationName, variables: all = {} } = request
    const { representations, ...variables } = all as { representations?: readonly unknown[] }
    const sent = {
      query,
      operationName,
      variables,
      asOf,
      ...(representations && { representations: representations.map((one) => JSON.stringify(one)) }),
    }
    try {
      const answer = await source.fetch(sent, caller, signal)
      const { errors } = answer
      // The stock executor merges into what it gets.
      const data = answer.shared ? structuredClone(answer.data) : answer.data
      const named = errors?.map((error) => ({ ...error, extensions: { ...error.extensions, service: source.name } }))
      return { data: data ?? null, ...(named && { errors: named }) }
    } catch (error) {
      const code = error instanceof SourceFailure ? error.code : error instanceof CallerLeft ? 'DEADLINE_EXCEEDED' : 'INTERNAL'
      return { data: null, errors: failureErrors(code, source.name, sent) }
    }
  },
})
