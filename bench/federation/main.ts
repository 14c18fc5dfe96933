// The four subgraphs of the gateway benchmark in one process, a port each: node main.ts <port> <port> <port> <port>
import process from 'node:process'
import { type GraphQLSchema, parse } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { type Answer, leanServer } from './http.ts'
import { subgraphs } from './subgraphs.ts'

/** Characters of questions and answers that a subgraph keeps: all calls that gateways make one by one, not what they join by chance. */
const KEPT = 200_000_000

/** Answered since the parent asked last. */
let calls = 0
process.on('message', () => {
  process.send?.(calls)
  calls = 0
})

/**
 * Compiled execution, and answers kept by the request's text: what is measured is the gateway, and a subgraph on the same core as the load
 * generator must cost next to nothing. Each distinct call is executed once.
 */
function answers(schema: GraphQLSchema): Answer {
  let kept = 0
  const known = new Map<string, string>()
  const compiled = new Map<string, (variables: unknown) => Promise<string>>()
  return (body) => {
    calls += 1
    return known.get(body) ?? first(body)
  }

  async function first(body: string): Promise<string> {
    const { query, variables = {} } = JSON.parse(body) as { query: string; variables?: unknown }
    const run = compiled.get(query) ?? compile(schema, query)
    compiled.set(query, run)
    const answer = await run(variables)
    kept += body.length + answer.length
    if (kept < KEPT) known.set(body, answer)
    return answer
  }
}

function compile(schema: GraphQLSchema, query: string): (variables: unknown) => Promise<string> {
  const compiled = compileQuery(schema, parse(query))
  if (!isCompiledQuery(compiled)) return async () => JSON.stringify(compiled)
  return async (variables) => JSON.stringify(await compiled.query(undefined, {}, variables as Record<string, unknown>))
}

await Promise.all(
  subgraphs.map(({ schema }, index) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    leanServer(answers(schema)).listen(Number(process.argv[2 + index]), '127.0.0.1', resolve)
    return promise
  }),
)
