import type { Logger } from '@vibely/kit/logger'
import type { Answer } from './execution/answer.ts'
import { compiledExecutor } from './execution/compiled-executor.ts'
import { type Run, run } from './execution/run.ts'
import { type Operations, openOperations } from './operations/prepare.ts'
import { inFlightOperations } from './sources/in-flight-operations.ts'
import type { Source } from './sources/source.ts'
import type { SchemaState } from './supergraph/schema-state.ts'

/** What every transport does with an operation: prepare it, then run it. */
export interface Pipeline {
  readonly state: SchemaState
  readonly operations: Operations
  run(input: Run): Promise<Answer>
}

export function openPipeline(
  state: SchemaState,
  sources: readonly Source[],
  options: {
    readonly introspection: boolean
    /** Run queries that are the same and under way once. */
    readonly shareOperations: boolean
    readonly logger: Logger
    readonly openExecutor?: typeof compiledExecutor
  },
): Pipeline {
  const { openExecutor = compiledExecutor } = options
  const executor = openExecutor(state, sources, options.logger)
  const runOne = (input: Run) => run(state.apiSchema, executor, options.logger, input)
  return {
    state,
    operations: openOperations(state, options),
    run: options.shareOperations ? inFlightOperations(runOne) : runOne,
  }
}
