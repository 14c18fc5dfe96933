import { trace } from '@opentelemetry/api'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'

/** One row: HTTP status of a wholly refused request, whether and when to try again, the public message. */
interface FaultRow {
  readonly status: number
  readonly retry: 'no' | 'yes' | 'once' | 'after sign-in' | 'after refresh' | 'after step-up' | 'smaller' | 'later' | 'subscribe again'
  readonly message: string
}

/** The one table of codes, for subgraphs and router. What is not in it leaves as INTERNAL. */
export const FAULTS = {
  UNAUTHENTICATED: { status: 401, retry: 'after sign-in', message: 'Sign in first.' },
  TOKEN_EXPIRED: { status: 401, retry: 'after refresh', message: 'The access token has expired.' },
  FORBIDDEN: { status: 403, retry: 'no', message: 'Not allowed.' },
  INSUFFICIENT_SCOPE: { status: 403, retry: 'no', message: 'The credential lacks a scope that this needs.' },
  STEP_UP_REQUIRED: { status: 403, retry: 'after step-up', message: 'Prove password or second factor again.' },
  BAD_REQUEST: { status: 400, retry: 'no', message: 'The request is malformed.' },
  BATCHING_DISABLED: { status: 400, retry: 'no', message: 'Send one operation a request.' },
  PERSISTED_QUERY_REQUIRED: { status: 400, retry: 'no', message: 'Only operations of the manifest run here.' },
  BAD_USER_INPUT: { status: 400, retry: 'no', message: 'An argument is not usable.' },
  INVALID_CURSOR: { status: 400, retry: 'no', message: 'The cursor is forged, of another viewer, or not of this list.' },
  COST_EXCEEDED: { status: 400, retry: 'smaller', message: 'The operation costs too much.' },
  RATE_LIMITED: { status: 429, retry: 'later', message: 'Too many requests.' },
  SUBGRAPH_UNAVAILABLE: { status: 503, retry: 'yes', message: 'A part of the system is unavailable.' },
  DEADLINE_EXCEEDED: { status: 504, retry: 'once', message: 'The answer took too long.' },
  SUBSCRIPTION_SCHEMA_RELOAD: { status: 503, retry: 'subscribe again', message: 'The schema has changed under this subscription.' },
  INTERNAL: { status: 500, retry: 'once', message: 'Internal error.' },
} as const satisfies Record<string, FaultRow>

export type FaultCode = keyof typeof FAULTS

const isFaultCode = (code: unknown): code is FaultCode => typeof code === 'string' && Object.hasOwn(FAULTS, code)

/** A refusal or failure that the caller may read as it is. */
export class Fault extends GraphQLError {
  override readonly name = 'Fault'
  readonly code: FaultCode
  constructor(code: FaultCode, message: string = FAULTS[code].message, extensions: Readonly<Record<string, unknown>> = {}) {
    super(message, { extensions: { ...extensions, code } })
    this.code = code
  }
}

/** `throw fault('UNAUTHENTICATED')`. The message is public: name what is wrong, never what is inside. */
export const fault = (code: FaultCode, message?: string, extensions?: Readonly<Record<string, unknown>>): Fault =>
  new Fault(code, message, extensions)

const PASSING: ReadonlySet<string> = new Set<FaultRow['retry']>(['yes', 'later'])

/** True for a fault that passes by itself: the same request can work later. */
export const isPassing = (error: unknown): error is Fault => error instanceof Fault && PASSING.has(FAULTS[error.code].retry)

/** A consumer met data that will never be right: to the dead letters at once. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
}

/** A consumer's store or key is out of reach: pause and probe, never a dead letter. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError'
}

/** Trace id of the present work, for error and log. Undefined outside a span. */
export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId

// What GraphQL servers raise by themselves for a caller's mistake, and the row that it belongs to.
const STANDARD_CODES: Readonly<Record<string, FaultCode>> = {
  GRAPHQL_PARSE_FAILED: 'BAD_REQUEST',
  GRAPHQL_VALIDATION_FAILED: 'BAD_REQUEST',
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_REQUEST',
}
// Clients of the APQ protocol look for these very codes.
const PROTOCOL_CODES = new Set(['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED'])
// What graphql-js says quotes what it was sent, however long that is.
const MESSAGE_CHARACTERS = 1_000
const PUBLIC_EXTENSIONS = ['retryAfterMs', 'service', 'requiredScopes'] as const

/**
 * What of an error may leave: a known code with its message, location and path; anything else as INTERNAL with a trace id.
 * @param error as GraphQL formats it
 */
export function scrub(error: GraphQLFormattedError): GraphQLFormattedError {
  const given = error.extensions?.code
  const traceId = currentTraceId() ?? error.extensions?.traceId
  const place = { ...(error.locations && { locations: error.locations }), ...(error.path && { path: error.path }) }
  const code = typeof given === 'string' ? (STANDARD_CODES[given] ?? given) : given
  if (!isFaultCode(code) || code === 'INTERNAL') {
    return { message: FAULTS.INTERNAL.message, ...place, extensions: { code: 'INTERNAL', ...(traceId !== undefined && { traceId }) } }
  }
  const extensions: Record<string, unknown> = { code: typeof given === 'string' && PROTOCOL_CODES.has(given) ? given : code }
  for (const key of PUBLIC_EXTENSIONS) if (error.extensions?.[key] !== undefined) extensions[key] = error.extensions[key]
  if (traceId !== undefined) extensions.traceId = traceId
  return { message: shortened(error.message), ...place, extensions }
}

const shortened = (message: string): string =>
  message.length <= MESSAGE_CHARACTERS ? message : `${message.slice(0, MESSAGE_CHARACTERS).toWellFormed()}…`

/** The code with which an error leaves. */
export const codeOf = ({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): string => {
  const code = extensions?.code
  if (typeof code !== 'string') return 'INTERNAL'
  return isFaultCode(code) || PROTOCOL_CODES.has(code) ? code : (STANDARD_CODES[code] ?? 'INTERNAL')
}

/** True for an error that stands for a fault of ours, so that it belongs in the log. */
export const isInternal = (error: GraphQLFormattedError): boolean => scrub(error).extensions?.code === 'INTERNAL'
