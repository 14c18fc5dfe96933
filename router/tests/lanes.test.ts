import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { runRouter } from './running.ts'

interface Sent {
  readonly body: unknown
  readonly accept?: string
  readonly token?: 'good' | 'bad'
}

const query = (text: string, variables?: object): Sent => ({ body: { query: text, ...(variables && { variables }) } })

const CORPUS: Readonly<Record<string, Sent>> = {
  'one subgraph': query('{ reviews { id title } }'),
  'two subgraphs, an alias, an argument': query('{ reviews(first: 1) { a: title(upper: true) author { name reviewCount } } }'),
  variables: query('query($id: ID!) { person(id: $id) { name } }', { id: 'p1' }),
  'a null root': query('{ person(id: "nobody") { name } }'),
  'the type of the root': query('{ __typename }'),
  introspection: query('{ __schema { queryType { name } } }'),
  'a refused field': query('{ person(id: "p1") { name email } }'),
  'a failing field': query('{ broken reviews(first: 1) { id } }'),
  'a signed-in caller': { ...query('{ me { id email address } }'), token: 'good' },
  'a token that is not one': { ...query('{ me { id } }'), token: 'bad' },
  'a mutation without the scope': query('mutation { rename(name: "x") { id } }'),
  'a mutation': { ...query('mutation { rename(name: "Ada") { id name } }'), token: 'good' },
  'a named operation': { body: { query: 'query A { reviews(first: 1) { id } } query B { person(id: "p1") { id } }', operationName: 'B' } },
  'no operation of that name': { body: { query: 'query A { __typename }', operationName: 'C' } },
  'no name where one is needed': query('query A { __typename } query B { __typename }'),
  'a syntax error': query('{ reviews { id }'),
  'no document': query(''),
  'an unknown field': query('{ nope }'),
  'many unknown fields': query(`{ ${Array.from({ length: 15 }, (_, i) => `nope${i}`).join(' ')} }`),
  'too deep': query(`{ ${'reviews { author { '.repeat(7)} id ${'} } '.repeat(7)} }`),
  'too long': query(`{ ${'reviews { id } '.repeat(900)} }`),
  'a subscription': query('subscription { reviewAdded { cursor } }'),
  'a variable of the wrong type': query('query($id: ID!) { person(id: $id) { name } }', { id: { a: 1 } }),
  'a missing variable': query('query($id: ID!) { person(id: $id) { name } }'),
  _entities: query('{ _entities(representations: []) { __typename } }'),
  'a batch': { body: [{ query: '{ __typename }' }] },
  'variables that are a list': { body: { query: '{ __typename }', variables: [] } },
  'an operation name that is empty': { body: { query: '{ __typename }', operationName: '' } },
  'extensions that are unknown': { body: { query: '{ __typename }', extensions: { some: 'thing' } } },
}
const ACCEPTED = [
  undefined,
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'text/html',
]

describe('the short way and Apollo Server give the same answer', async () => {
  const [short, long] = await Promise.all([runRouter(), runRouter({ longWayOnly: true })])
  after(() => Promise.all([short, long].map((running) => running[Symbol.asyncDispose]())))

  async function send(running: typeof short, { body, accept, token }: Sent) {
    const answer = await fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: 'https://app.example',
        ...(accept !== undefined && { accept }),
        ...(token && { authorization: `Bearer ${token === 'good' ? await running.credentials.token() : 'x'}` }),
      },
      body: JSON.stringify(body),
    })
    const headers = Object.fromEntries(answer.headers)
    delete headers.date
    // The budget is the same for both ways, so it changes in between.
    if (headers.ratelimit) headers.ratelimit = headers.ratelimit.replace(/\d+/g, 'n')
    return { status: answer.status, headers, text: await answer.text() }
  }

  for (const [name, sent] of Object.entries(CORPUS)) {
    test(name, async () => {
      for (const accept of ACCEPTED) {
        const one = { ...sent, ...(accept !== undefined && { accept }) }
        const answer = await send(short, one)
        assert.deepEqual(answer, await send(long, one), `accepting ${accept}`)
        assert.doesNotThrow(() => JSON.parse(answer.text))
      }
    })
  }

  test('the corpus meets successes, partial answers and refusals', async () => {
    const statuses = new Set<number>()
    for (const sent of Object.values(CORPUS)) {
      statuses.add((await send(short, { ...sent, accept: 'application/graphql-response+json' })).status)
    }
    assert.deepEqual([...statuses].sort(), [200, 400, 401])
  })
})
