import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { GraphQLJSON, GraphQLLocale } from 'graphql-scalars'

/** A scalar that is text with a rule. The same rule holds for variables and literals. */
export const textScalar = (name: string, rule: string, holds: (text: string) => boolean): GraphQLScalarType<string, string> => {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && holds(value)) return value
    throw new GraphQLError(`${name} must be ${rule}.`, { extensions: { code: 'BAD_USER_INPUT' } })
  }
  return new GraphQLScalarType({
    name,
    serialize: check,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === Kind.STRING ? node.value : undefined),
  })
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

const instant = (value: unknown): Date => {
  const date = value instanceof Date ? value : new Date(typeof value === 'string' && INSTANT.test(value) ? value : Number.NaN)
  if (!Number.isNaN(date.getTime())) return date
  throw new GraphQLError('DateTime must be an instant as in RFC 3339, for example 2027-01-31T18:05:00.000Z.', {
    extensions: { code: 'BAD_USER_INPUT' },
  })
}

/** Instant in UTC with milliseconds; a `Date` inside. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => instant(value).toISOString(),
  parseValue: instant,
  parseLiteral: (node) => instant(node.kind === Kind.STRING ? node.value : undefined),
})

const isHttps = (text: string): boolean => URL.canParse(text) && new URL(text).protocol === 'https:'

/** Absolute https address. */
export const URLScalar = textScalar('URL', 'an absolute https address', isHttps)

/** CommonMark source: any text. */
export const Markdown = textScalar('Markdown', 'text', () => true)

/** BCP 47 language tag. */
export const Locale = GraphQLLocale

/** Any JSON value. */
export const JSONScalar = GraphQLJSON
