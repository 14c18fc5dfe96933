import { DateTime, Locale, Markdown, textScalar, URLScalar } from '@vibely/kit/scalars'
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'

const PARTIAL_DATE = /^\d{4}(-\d\d(-\d\d)?)?$/

const isPartialDate = (text: string): boolean => {
  if (!PARTIAL_DATE.test(text)) return false
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number)
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

const score = (value: unknown): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 100) return value
  throw new GraphQLError('Score must be a whole number from 1 to 100.', { extensions: { code: 'BAD_USER_INPUT' } })
}

const Score = new GraphQLScalarType<number, number>({
  name: 'Score',
  serialize: score,
  parseValue: score,
  parseLiteral: (node) => score(node.kind === Kind.INT ? Number(node.value) : undefined),
})

export const scalars = {
  DateTime,
  Locale,
  Markdown,
  URL: URLScalar,
  PartialDate: textScalar('PartialDate', 'a date as YYYY, YYYY-MM or YYYY-MM-DD', isPartialDate),
  Score,
}
