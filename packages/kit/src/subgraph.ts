import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { requestCause } from './cause.ts'
import { compileQuery } from './compiled-query.ts'
import { resolveEntitiesAtOnce } from './entities.ts'
import type { EntityVersions } from './entity-versions.ts'
import { FAULTS, InfrastructureError, isInternal, scrub } from './errors.ts'
import type { FailureKind } from './inbox.ts'
import type { Logger } from './logger.ts'
import { isPromise, type Soon } from './soon.ts'
import { inSpan } from './telemetry.ts'
import type { Caller } from './viewer.ts'
import { gatherWritten } from './written.ts'

/** Answer of a plain page. */
export interface PageAnswer {
  readonly status: number
  /** Content type. */
  readonly type: string
  readonly body: string
}

/** A subgraph that is open: its stores are connected, its relay and consumers run. Disposing ends all of it. */
export interface Subgraph extends AsyncDisposable {
  readonly name: string
  readonly schema: GraphQLSchema
  readonly logger: Logger
  /** Fresh loaders and whoever asks, for one operation. */
  contextFor(caller: Caller): object
  /** Resolves when the subgraph can serve. @throws Error with the reason while it cannot. */
  ready(): Promise<void>
  /** What an error of its store means; undefined when it is not one. A store out of reach is told apart from a fault of ours. */
  readonly classify?: (error: unknown) => FailureKind | undefined
  /** Renewed for what a request changed, before its answer leaves: the caller reads what it wrote. */
  readonly versions?: EntityVersions
  /** Pages beside GraphQL, by path, for GET. They are public; the router serves them too. */
  readonly pages?: Readonly<Record<string, (query: URLSearchParams) => Promise<PageAnswer>>>
}

/** One GraphQL request as it stands between router and subgraph. */
export interface SubgraphRequest {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

type Module = Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number]

/** The executable schema of a subgraph's SDL. @throws when resolver and SDL do not fit */
export const buildSchema = <Resolvers extends object>(typeDefs: DocumentNode, resolvers: Resolvers): GraphQLSchema =>
  // The array form: the single-module form of @apollo/subgraph 2.15 does not accept a document.
  resolveEntitiesAtOnce(buildSubgraphSchema([{ typeDefs, resolvers } as Module]))

type Execute = (contextValue: object, variables: Readonly<Record<string, unknown>>) => Soon<ExecutionResult>
/** A document that can run: by operation name, how. Or why it cannot. */
type Prepared =
  | { readonly document: DocumentNode; readonly operations: Map<string, Execute> }
  | { readonly errors: readonly GraphQLError[] }
type Ready = Extract<Prepared, { readonly document: unknown }>
const documents = new WeakMap<GraphQLSchema, LRUCache<string, Prepared>>()

/** Parses and validates a document once: a router sends the same few for ever. */
function prepare(schema: GraphQLSchema, query: string): Prepared {
  const known = documents.get(schema) ?? new LRUCache<string, Prepared>({ max: 1_000 })
  if (known.size === 0) documents.set(schema, known)
  const entry = known.get(query)
  if (entry) return entry
  const made = prepareAnew(schema, query)
  known.set(query, made)
  return made
}

function prepareAnew(schema: GraphQLSchema, query: string): Prepared {
  try {
    const document = parse(query)
    const errors = validate(schema, document)
    return errors.length > 0 ? { errors } : { document, operations: new Map() }
  } catch (error) {
    return { errors: [error as GraphQLError] }
  }
}

/**
 * Runs one request in this process: the way of both topologies, behind HTTP or called by the router itself.
 * Errors in the answer are scrubbed; what was a fault of ours is in the log. Never fails for what fails in the subgraph. The answer is
 * there at once when no resolver waits.
 */
export function executeSubgraph(subgraph: Subgraph, request: SubgraphRequest, caller: Caller): Soon<FormattedExecutionResult> {
  const attributes = { 'graphql.operation.name': request.operationName ?? '' }
  return inSpan(`subgraph ${subgraph.name}`, { attributes }, () => answer(subgraph, request, caller))
}

function answer(subgraph: Subgraph, request: SubgraphRequest, caller: Caller): Soon<FormattedExecutionResult> {
  const ready = prepare(subgraph.schema, request.query)
  if ('errors' in ready) return { errors: ready.errors.map((error) => publicError(subgraph, error, 'BAD_REQUEST')) }
  const operation = operationOf(subgraph.schema, ready, request.operationName)
  const { result, written } = gatherWritten(requestCause(caller.viewer?.id), () => run(subgraph, operation, request, caller))
  const finish = (given: ExecutionResult) => {
    const renewed = written.length > 0 ? subgraph.versions?.changedBy(written) : undefined
    return renewed === undefined ? publicResult(subgraph, given) : renewed.then(() => publicResult(subgraph, given))
  }
  return isPromise(result) ? result.then(finish) : finish(result)
}

function publicResult(subgraph: Subgraph, result: ExecutionResult): FormattedExecutionResult {
  const { errors, ...data } = result
  if (!errors) return result as FormattedExecutionResult
  // Without data nothing ran: what graphql-js says then is about the variables.
  const code = 'data' in result ? undefined : 'BAD_USER_INPUT'
  return { ...data, errors: errors.map((error) => publicError(subgraph, error, code)) } as FormattedExecutionResult
}

/** How an operation runs: compiled when it can be, else by graphql-js. */
function operationOf(schema: GraphQLSchema, { document, operations }: Ready, operationName: string | null | undefined): Execute {
  const key = operationName ?? ''
  const known = operations.get(key)
  if (known) return known
  const byGraphqlJs: Execute = (contextValue, variableValues) =>
    execute({ schema, document, contextValue, variableValues, operationName: operationName ?? null })
  const made = compileQuery(schema, document, operationName) ?? byGraphqlJs
  // A name that the document does not have is the caller's invention.
  if (getOperationAST(document, operationName)) operations.set(key, made)
  return made
}

function run(subgraph: Subgraph, operation: Execute, request: SubgraphRequest, caller: Caller): ReturnType<Execute> {
  try {
    return operation(subgraph.contextFor(caller), request.variables ?? {})
  } catch (error) {
    // The context could not be made: no resolver ran, but the answer is as for one that failed.
    return {
      data: null,
      errors: [error instanceof GraphQLError ? error : new GraphQLError('no context', { originalError: error as Error })],
    }
  }
}

function publicError(subgraph: Subgraph, error: GraphQLError, requestCode: string | undefined): GraphQLFormattedError {
  const { originalError, path } = error
  const formatted = error.toJSON()
  const coded = requestCode && formatted.extensions?.code === undefined ? { ...formatted, extensions: { code: requestCode } } : formatted
  const away = isInternal(coded) && isOutOfReach(subgraph, originalError)
  if (away) subgraph.logger.warn({ err: originalError, path }, 'store or key out of reach')
  else if (isInternal(coded)) subgraph.logger.error({ err: originalError ?? error, path }, 'resolver failed')
  const answer = scrub(away ? { ...coded, ...UNAVAILABLE } : coded)
  return { ...answer, extensions: { ...answer.extensions, service: subgraph.name } }
}

const UNAVAILABLE = { message: FAULTS.SUBGRAPH_UNAVAILABLE.message, extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }

/** True for what passes when a server is back: the caller may try again. */
const isOutOfReach = ({ classify }: Subgraph, error: unknown): boolean =>
  error instanceof InfrastructureError || classify?.(error) === 'infrastructure'
