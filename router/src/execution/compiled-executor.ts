import type { Logger } from '@vibely/kit/logger'
import { type DirectiveNode, type DocumentNode, visit } from 'graphql'
import type { PreparedOperation } from '../operations/prepare.ts'
import { hasCondition } from '../planning/conditions.ts'
import type { PlanNode } from '../planning/planner.ts'
import type { Source } from '../sources/source.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import type { Answer } from './answer.ts'
import { compile } from './compile.ts'
import type { Deferral } from './defer.ts'
import { interfaceObjects } from './entity-keys.ts'
import type { Executor } from './executor.ts'
import type { FetchOptions, Run, Step } from './fetch.ts'
import { conditionVariables } from './fields.ts'
import { foundEntities } from './found-entities.ts'
import { soleOrigins } from './origins.ts'
import { writeParts } from './parts.ts'
import { usesSurroundings } from './surroundings.ts'
import { compileWriter, type WriterOptions, type Writing } from './writer.ts'

/** An operation in the form in which it runs again and again. */
interface CompiledOperation {
  /** Fetches everything; null when nothing is to be fetched. */
  readonly step: Step | null
  optionsFor(coerced: Json): WriterOptions
  /** @param inParts leave out what is deferred */
  writerFor(coerced: Json, inParts: boolean): ReturnType<typeof compileWriter>
}

type Json = Readonly<Record<string, unknown>>

/** Each set of values for `@skip` and `@include` has a writer; a client that tries them all gets new ones. */
const WRITERS = 64

/** Runs plans that were compiled once: closures over the sources, and a writer from their answers to the text of the response. */
export function compiledExecutor(state: SchemaState, sources: readonly Source[], logger: Logger): Executor {
  const { supergraphSchema } = state
  const options = {
    supergraphSchema,
    sources: new Map(sources.map((one) => [one.name, one])),
    vague: new Map(sources.map(({ name }) => [name, interfaceObjects(supergraphSchema, name)])),
    logger,
  }
  const compiled = new WeakMap<PreparedOperation, CompiledOperation>()
  const compiledOf = (operation: PreparedOperation): CompiledOperation => {
    const known = compiled.get(operation)
    if (known) return known
    const made = compileOperation(state, options, operation)
    compiled.set(operation, made)
    return made
  }
  return {
    execute(execution) {
      const compiled = compiledOf(execution.operation)
      const run: Run = {
        execution,
        root: {},
        errors: [],
        found: foundEntities(),
        repeats: new Map(),
        united: new Map(),
        strings: { plain: true },
      }
      const waits = compiled.step?.(run)
      return waits ? waits.then(() => written(compiled, run)) : written(compiled, run)
    },
  }
}

function written(compiled: CompiledOperation, run: Run): Answer {
  const { operation, caller, coerced, variables } = run.execution
  const common = { viewer: caller.viewer, variables }
  const writing: Writing = { ...common, plain: run.strings.plain, path: [], problems: [], refusals: [], repeats: run.repeats }
  const { deferral } = run
  const data = compiled.writerFor(coerced, deferral !== undefined)(run.root, writing)
  // What is still to come is not counted, so nothing is paid back.
  const spent = deferral ? undefined : operation.cost?.actual(run.root, coerced)
  const told = run.errors.length + writing.refusals.length > 0
  // A null in a place that allows none follows from an error that is told already, or is one of its own.
  const errors = told ? [...run.errors, ...writing.refusals] : writing.problems
  if (!deferral) return { data, spent, errors }
  return { data, spent, errors, later: laterParts(deferral, compiled.optionsFor(coerced), common) }
}

async function* laterParts(deferral: Deferral, options: WriterOptions, common: Pick<Writing, 'viewer' | 'variables'>) {
  for (let part = await deferral.next(); part; part = await deferral.next()) yield writeParts(options, part, common)
}

function compileOperation(
  state: SchemaState,
  options: Omit<FetchOptions, keyof ReturnType<typeof natureOf>>,
  operation: PreparedOperation,
): CompiledOperation {
  const { document, definition, plan, refusals } = operation
  const refused = new Map(refusals.map(({ node, requirement }) => [node, requirement]))
  const names = conditionVariables(directivesOf(document))
  const writers = new Map<string, ReturnType<typeof compileWriter>>()
  const optionsFor = (coerced: Json): WriterOptions => {
    const conditions = Object.fromEntries(names.map((name) => [name, coerced[name] === true]))
    return { schema: state.apiSchema, document, definition, refused, conditions }
  }
  const node = plan.node as PlanNode | undefined
  return {
    step: node ? compile({ ...options, ...natureOf(node) }, node) : null,
    optionsFor,
    writerFor(coerced, inParts) {
      const key = names.map((name) => (coerced[name] === true ? '1' : '0')).join('') + inParts
      let writer = writers.get(key)
      if (!writer) {
        if (writers.size >= WRITERS) writers.clear()
        writer = compileWriter({ ...optionsFor(coerced), withoutDeferred: inParts })
        writers.set(key, writer)
      }
      return writer
    },
  }
}

/** What holds for a whole plan. */
const natureOf = (node: PlanNode) => ({
  apart: usesSurroundings(node),
  conditional: hasCondition(JSON.stringify(node)),
  isSoleOrigin: soleOrigins(node),
})

function directivesOf(document: DocumentNode): readonly DirectiveNode[] {
  const found: DirectiveNode[] = []
  visit(document, { Directive: (node) => void found.push(node) })
  return found
}
