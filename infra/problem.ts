import { EnvError } from '@vibely/kit/env'

/** A failure that the person at the terminal can mend: what is wrong, and the way out. Printed without a stack. */
export class Problem extends Error {
  readonly wayOut: string

  constructor(what: string, wayOut: string) {
    super(what)
    this.name = 'Problem'
    this.wayOut = wayOut
  }
}

/** The text for the terminal. A Problem is told in two lines; anything else is a bug of ours and keeps its stack. */
export function explain(error: unknown): string {
  if (error instanceof Problem) return `${error.message}\n  -> ${error.wayOut}`
  if (error instanceof EnvError) return `${error.message}\n  -> .env.example says what these settings are.`
  if (isUsageError(error)) return `${error.message}\n  -> --help lists what there is.`
  if (error instanceof AggregateError) return error.errors.map(explain).join('\n')
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const isUsageError = (error: unknown): error is Error =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
