import type { Logger } from '@vibely/kit/logger'
import { compiledExecutor } from './execution/compiled-executor.ts'
import { run as runOperation } from './execution/run.ts'
import { beginInTurn } from './operations/begin-in-turn.ts'
import type { Buckets } from './operations/budget.ts'
import { openCharges } from './operations/cost-charges.ts'
import { type Gate, openGate } from './operations/gate.ts'
import { DEFAULT_LIMITS, type Limits } from './operations/limit-settings.ts'
import { type Operations, openOperations } from './operations/prepare.ts'
import { inFlightOperations } from './sources/in-flight-operations.ts'
import type { Source } from './sources/source.ts'
import type { SchemaState } from './supergraph/schema-state.ts'

export type SchemaListener = (state: SchemaState) => void | Promise<void>

/** What every transport does with an operation: prepare it, then run it. */
export interface Pipeline extends Gate {
  readonly state: SchemaState
  readonly operations: Operations
  /** The source of a subgraph. */
  sourceNamed(name: string): Source | undefined
  /** Calls the listener after each change of the schema, and waits for it. */
  onSchemaChange(listener: SchemaListener): void
}

/** A pipeline over one schema, which never changes. */
export function openPipeline(
  state: SchemaState,
  sources: readonly Source[],
  options: {
    readonly introspection: boolean
    /** Labels of progressive overrides that are switched on. */
    readonly overrideLabels?: readonly string[] | undefined
    /** Run queries that are the same and under way once. */
    readonly shareOperations: boolean
    /** What operations are paid from. */
    readonly buckets: Buckets
    readonly limits?: Limits
    readonly logger: Logger
    readonly openExecutor?: typeof compiledExecutor
  },
): Pipeline {
  const { openExecutor = compiledExecutor } = options
  const byName = new Map(sources.map((source) => [source.name, source]))
  const executor = openExecutor(state, sources, options.logger)
  const runOne = beginInTurn((input) => runOperation(state.apiSchema, executor, options.logger, input))
  const { introspection, limits = DEFAULT_LIMITS } = options
  const charges = openCharges(limits.allowances, options.buckets)
  const { run, admit } = openGate({
    state,
    charges,
    limits: limits.variables,
    run: options.shareOperations ? inFlightOperations(runOne) : runOne,
  })
  return {
    state,
    operations: openOperations(state, { introspection, overrideLabels: options.overrideLabels, limits }),
    sourceNamed: (name) => byName.get(name),
    onSchemaChange: () => {},
    run,
    admit,
  }
}
