import { isDeepStrictEqual } from 'node:util'
import { type ExecutionResult, graphql } from 'graphql'
import { oneSchema } from '../federation/one-schema.ts'
import type { BenchQuery } from '../federation/queries.ts'
import type { LoadRequest } from '../measure/load.ts'

export type Workload = Pick<BenchQuery, 'query' | 'variables'>

/** The right answers, from the same resolvers without federation. */
export function expectedAnswers({ query, variables }: Workload): Promise<ExecutionResult[]> {
  const schema = oneSchema()
  return Promise.all(variables.map((variableValues) => graphql({ schema, source: query, variableValues })))
}

/**
 * Asks a gateway once with every variable set and compares the data.
 * @returns the requests with the length of their answers, or what was wrong first
 */
export async function verified(
  url: string,
  { query, variables }: Workload,
  expected: readonly ExecutionResult[],
): Promise<LoadRequest[] | string> {
  const requests: LoadRequest[] = []
  for (const [index, set] of variables.entries()) {
    const body = JSON.stringify({ query, variables: set })
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', accept: 'application/json' } })
    const text = await answer.text()
    const wrong = difference(text, expected[index])
    if (wrong) return `${wrong} for ${JSON.stringify(set)}`
    requests.push({ body, answerBytes: Buffer.byteLength(text) })
  }
  return requests
}

function difference(text: string, expected: ExecutionResult | undefined): string | undefined {
  try {
    const { data, errors } = JSON.parse(text) as ExecutionResult
    if (errors) return `answers an error: ${errors[0]?.message}`
    return isDeepStrictEqual(data, plain(expected?.data)) ? undefined : 'answers other data'
  } catch {
    return `answers ${text.slice(0, 100)}`
  }
}

/** graphql-js makes objects without a prototype. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
