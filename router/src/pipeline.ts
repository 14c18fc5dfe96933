import type { Logger } from '@vibely/kit/logger'
import type { Answer } from './execution/answer.ts'
import { type Run, run } from './execution/run.ts'
import { stockExecutor } from './gateway/stock-executor.ts'
import { type Operations, openOperations } from './operations/prepare.ts'
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
  options: { readonly introspection: boolean; readonly logger: Logger },
): Pipeline {
  const executor = stockExecutor(state, sources, options.logger)
  return {
    state,
    operations: openOperations(state, options),
    run: (input) => run(state.apiSchema, executor, options.logger, input),
  }
}
