import { codeOf, isInternal } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { isPromise, type Soon } from '@vibely/kit/soon'
import type { Caller } from '@vibely/kit/viewer'
import type { GraphQLSchema } from 'graphql'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Source } from '../sources/source.ts'
import { errorsTotal } from '../telemetry/metrics.ts'
import { inRecordedSpan, traced } from '../telemetry/traces.ts'
import type { Answer } from './answer.ts'
import type { Executor } from './executor.ts'
import { coerceVariables } from './variables.ts'

export interface Run {
  readonly operation: PreparedOperation
  readonly variables: Readonly<Record<string, unknown>> | null | undefined
  /** The variables with their defaults, where they have been checked already. */
  readonly coerced?: Readonly<Record<string, unknown>> | undefined
  readonly caller: Caller
  readonly signal: AbortSignal
  readonly event?: Source
  /** As in `Execution`. */
  readonly asOf?: string | undefined
}

/** Runs a prepared operation: its variables are checked first. Errors in the answer carry codes and the trace. */
export function run(schema: GraphQLSchema, executor: Executor, logger: Logger, input: Run): Soon<Answer> {
  const variables = input.variables ?? {}
  const { errors: invalid, variables: coerced } = input.coerced
    ? { variables: input.coerced }
    : coerceVariables(schema, input.operation, variables)
  if (invalid) return { data: undefined, errors: traced(invalid) }
  const { kind, definition } = input.operation
  const attributes = { 'graphql.operation.type': kind, 'graphql.operation.name': definition.name?.value ?? '' }
  const answer = inRecordedSpan('router.execute', attributes, () => executor.execute({ ...input, variables, coerced }))
  return isPromise(answer) ? answer.then((given) => told(given, logger)) : told(answer, logger)
}

function told(answer: Answer, logger: Logger): Answer {
  if (answer.errors.length === 0) return answer
  for (const error of answer.errors) {
    errorsTotal.add(1, { code: codeOf(error) })
    if (isInternal(error.toJSON()) && error.extensions.service === undefined)
      logger.error({ err: error.originalError ?? error, path: error.path }, 'execution failed')
  }
  return { ...answer, errors: traced(answer.errors) }
}
