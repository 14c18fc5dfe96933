import {
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  OperationTypeNode,
  visit,
} from 'graphql'
import { compileVariables } from './compiled-input.ts'
import type { Program, QueryRun, Values } from './compiled-plan.ts'
import { compileProgram } from './compiled-program.ts'
import { executeObject } from './compiled-run.ts'
import { isPromise } from './soon.ts'

// Each set of values for `@skip` and `@include` has a program; a caller who tries them all gets new ones.
const MOST_PROGRAMS = 64

/** Executes one query: the same result as graphql-js, also in what it does with promises, nulls and errors. */
export type CompiledQuery = (contextValue: unknown, variables: Values) => ExecutionResult | Promise<ExecutionResult>

/**
 * Compiles a valid document, so that what does not depend on the data is decided once.
 * @returns null for what graphql-js is to execute: mutations, introspection, names that plain objects cannot hold
 */
export function compileQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): CompiledQuery | null {
  const operation = getOperationAST(document, operationName)
  if (operation?.operation !== OperationTypeNode.QUERY || hasStrangeNames(document)) return null
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null)
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
  const readVariables = compileVariables(schema, operation)
  const names = conditionVariables(document)
  const programs = new Map<string, Program>()

  function programFor(variables: Values): Program {
    const key = names.map((name) => (variables[name] === true ? '1' : '0')).join('')
    const known = programs.get(key)
    if (known) return known
    if (programs.size >= MOST_PROGRAMS) programs.clear()
    const made = compileProgram(schema, operation as NonNullable<typeof operation>, fragments, variables)
    programs.set(key, made)
    return made
  }

  return (context, given) => {
    const { errors, coerced } = readVariables(given)
    if (errors) return { errors }
    const run: QueryRun = { program: programFor(coerced), context, variables: coerced, errors: [], arguments: [] }
    const failed = (error: unknown): ExecutionResult => ({ errors: [...run.errors, error as GraphQLError], data: null })
    const finished = (data: unknown) => (run.errors.length > 0 ? { errors: run.errors, data } : { data }) as ExecutionResult
    try {
      const data = executeObject(run, run.program.root, undefined, undefined)
      return isPromise(data) ? data.then(finished, failed) : finished(data)
    } catch (error) {
      return failed(error)
    }
  }
}

function hasStrangeNames(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Field({ name, alias }) {
      if (name.value === '__schema' || name.value === '__type' || alias?.value === '__proto__') found = true
    },
  })
  return found
}

function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ arguments: given = [] }) {
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}
