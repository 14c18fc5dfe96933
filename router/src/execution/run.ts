import { fault, isInternal } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import type { Caller, Viewer } from '@vibely/kit/viewer'
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql'
import type { Refusal } from '../operations/authorize.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import { unmet } from '../operations/requirement.ts'
import type { Source } from '../sources/source.ts'
import { traced } from '../telemetry/traces.ts'
import type { Executor } from './executor.ts'
import { coerceVariables } from './variables.ts'

export interface Run {
  readonly operation: PreparedOperation
  readonly variables: Readonly<Record<string, unknown>> | null | undefined
  readonly caller: Caller
  readonly signal: AbortSignal
  readonly event?: Source
}

/**
 * Runs a prepared operation: variables are checked, what was refused is null with an error at its path.
 * Errors carry codes and the trace but are not scrubbed yet: each transport does that on the way out.
 */
export async function run(schema: GraphQLSchema, executor: Executor, logger: Logger, input: Run): Promise<ExecutionResult> {
  const { operation, caller, signal, event } = input
  const variables = input.variables ?? {}
  const invalid = coerceVariables(schema, operation, variables)
  if (invalid.errors) return { errors: traced(invalid.errors) }
  const { plan, document, refusals } = operation
  const { data, errors = [], extensions } = await executor.execute({ plan, document, variables, caller, signal, ...(event && { event }) })
  const refused = refusals.flatMap((refusal) => refusalErrors(refusal, data ?? null, caller.viewer))
  // The stock executor hides null in a non-null place in an extension when nothing else failed. A refusal explains it already.
  const hidden = (extensions?.valueCompletion ?? []) as readonly GraphQLError[]
  const all = [...errors, ...(refused.length > 0 ? [] : hidden), ...refused]
  for (const error of all) {
    if (isInternal(error.toJSON()) && error.extensions.service === undefined)
      logger.error({ err: error.originalError ?? error, path: error.path }, 'execution failed')
  }
  return { ...(data !== undefined && { data }), ...(all.length > 0 && { errors: traced(all) }) }
}

/** One error for each place in the answer where the refused field would stand. */
function refusalErrors({ path, requirement, nonNull }: Refusal, data: unknown, viewer: Viewer | null): GraphQLError[] {
  const { message, extensions } = unmet(requirement, viewer) ?? fault('FORBIDDEN')
  return places(data, path, nonNull).map((place) => new GraphQLError(message, { path: place, extensions: { ...extensions } }))
}

type Place = readonly (string | number)[]

function places(value: unknown, path: readonly string[], nonNull: boolean, walked: Place = []): Place[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => places(item, path, nonNull, [...walked, index]))
  const [name, ...rest] = path
  // Where a non-null field was cut, its parent is what became null.
  if (value === null || value === undefined) return name === undefined || nonNull ? [walked] : []
  if (name === undefined || typeof value !== 'object' || !Object.hasOwn(value, name)) return []
  return places((value as Record<string, unknown>)[name], rest, nonNull, [...walked, name])
}
