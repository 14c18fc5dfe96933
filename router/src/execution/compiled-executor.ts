import type { Logger } from '@vibely/kit/logger'
import { type DirectiveNode, type DocumentNode, visit } from 'graphql'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { PlanNode } from '../planning/planner.ts'
import type { Source } from '../sources/source.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { compile } from './compile.ts'
import type { Executor } from './executor.ts'
import type { FetchOptions, Run, Step } from './fetch.ts'
import { conditionVariables } from './fields.ts'
import type { Json } from './merge.ts'
import { compileWriter, type Writing } from './writer.ts'

/** An operation in the form in which it runs again and again. */
interface CompiledOperation {
  /** Fetches everything; null when nothing is to be fetched. */
  readonly step: Step | null
  writerFor(coerced: Readonly<Record<string, unknown>>): ReturnType<typeof compileWriter>
}

/** Each set of values for `@skip` and `@include` has a writer; a client that tries them all gets new ones. */
const WRITERS = 64

/** Runs plans that were compiled once: closures over the sources, and a writer from their answers to the text of the response. */
export function compiledExecutor(state: SchemaState, sources: readonly Source[], logger: Logger): Executor {
  const options = { supergraphSchema: state.supergraphSchema, sources: new Map(sources.map((one) => [one.name, one])), logger }
  const compiled = new WeakMap<PreparedOperation, CompiledOperation>()
  const compiledOf = (operation: PreparedOperation): CompiledOperation => {
    const known = compiled.get(operation)
    if (known) return known
    const made = compileOperation(state, options, operation)
    compiled.set(operation, made)
    return made
  }
  return {
    async execute(execution) {
      const { operation, caller, coerced } = execution
      const { step, writerFor } = compiledOf(operation)
      const run: Run = { execution, root: {}, errors: [] }
      if (step) await step(run)
      const writing: Writing = { viewer: caller.viewer, variables: execution.variables, path: [], problems: [], refusals: [] }
      const data = writerFor(coerced)(run.root, writing)
      const spent = operation.cost?.actual(run.root, coerced)
      const told = run.errors.length + writing.refusals.length > 0
      // A null in a place that allows none follows from an error that is told already, or is one of its own.
      return { data, spent, errors: told ? [...run.errors, ...writing.refusals] : writing.problems }
    },
  }
}

function compileOperation(state: SchemaState, options: FetchOptions, operation: PreparedOperation): CompiledOperation {
  const { document, definition, plan, refusals } = operation
  const refused = new Map(refusals.map(({ node, requirement }) => [node, requirement]))
  const names = conditionVariables(directivesOf(document))
  const writers = new Map<string, ReturnType<typeof compileWriter>>()
  return {
    step: plan.node ? compile(options, plan.node as PlanNode) : null,
    writerFor(coerced) {
      const key = names.map((name) => (coerced[name] === true ? '1' : '0')).join('')
      let writer = writers.get(key)
      if (!writer) {
        if (writers.size >= WRITERS) writers.clear()
        const conditions: Json = Object.fromEntries(names.map((name) => [name, coerced[name] === true]))
        writer = compileWriter({ schema: state.apiSchema, document, definition, refused, conditions })
        writers.set(key, writer)
      }
      return writer
    },
  }
}

function directivesOf(document: DocumentNode): readonly DirectiveNode[] {
  const found: DirectiveNode[] = []
  visit(document, { Directive: (node) => void found.push(node) })
  return found
}
