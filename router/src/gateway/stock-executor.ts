import { buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway'
import type { Logger } from '@vibely/kit/logger'
import { EVENT_SERVICE, type Execution, type Executor } from '../execution/executor.ts'
import { failureErrors } from '../execution/failure-errors.ts'
import { CallerLeft, type Source, SourceFailure } from '../sources/source.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'

/** Apollo's `executeQueryPlan` over our own sources. */
export function stockExecutor(state: SchemaState, sources: readonly Source[], logger: Logger): Executor {
  const services = Object.fromEntries(sources.map((source) => [source.name, dataSource(source)]))
  const apiSchema = state.supergraph.apiSchema()
  return {
    execute(execution) {
      const { plan, document, variables, event } = execution
      const serviceMap = event ? { ...services, [EVENT_SERVICE]: dataSource(event) } : services
      const operation = buildOperationContext({ schema: state.apiSchema, operationDocument: document })
      // The parts of Apollo Server's request context that the executor reads.
      const request = { request: { variables }, context: execution, metrics: {}, logger } as unknown as Parameters<
        typeof executeQueryPlan
      >[2]
      return executeQueryPlan(plan, serviceMap, request, operation, state.supergraphSchema, apiSchema)
    },
  }
}

/** A source as the executor calls it. What fails becomes errors at the paths that stay empty. */
const dataSource = (source: Source): GraphQLDataSource => ({
  async process({ request, context }) {
    const { caller, signal } = context as Execution
    const { query = '', operationName, variables = {} } = request
    try {
      const { data, errors } = await source.fetch({ query, operationName, variables }, caller, signal)
      const named = errors?.map((error) => ({ ...error, extensions: { ...error.extensions, service: source.name } }))
      return { data: data ?? null, ...(named && { errors: named }) }
    } catch (error) {
      const code = error instanceof SourceFailure ? error.code : error instanceof CallerLeft ? 'DEADLINE_EXCEEDED' : 'INTERNAL'
      return { data: null, errors: failureErrors(code, source.name, { query, variables }) }
    }
  },
})
