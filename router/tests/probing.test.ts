import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { getIntrospectionQuery } from 'graphql'
import { runRouter } from './running.ts'
import { worldSupergraph } from './world.ts'

const ADMIN_SECRET = 'the secret of the operators, thirty-two and more'

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly search?: string
}

// What graphql-cop and clairvoyance try on a server in production.
describe('a probe in production', async () => {
  const running = await runRouter({ env: { NODE_ENV: 'production', ADMIN_SECRET } })
  after(() => running[Symbol.asyncDispose]())
  const { url, world } = running

  async function ask({ method = 'POST', headers = {}, body, search = '' }: Asked) {
    const sent = { method, headers: { 'content-type': 'application/json', ...headers }, ...(body !== undefined && { body }) }
    const answer = await fetch(`${url}/graphql${search}`, sent)
    const text = await answer.text()
    return { status: answer.status, text, headers: answer.headers }
  }
  const query = (text: string, headers: Record<string, string> = {}) => ask({ headers, body: JSON.stringify({ query: text }) })
  const refused = (text: string) => assert.doesNotMatch(text, /"data"/)

  test('learns no schema', async () => {
    for (const text of [
      getIntrospectionQuery(),
      '{ __schema { types { name fields { type { fields { type { fields { name } } } } } } } }',
      '{ __type(name: "Person") { name } }',
      'query Q { a: __schema { queryType { name } } }',
      '{ _service { sdl } }',
      '{ _entities(representations: [{ __typename: "Person", id: "p1" }]) { __typename } }',
    ])
      refused((await query(text)).text)
  })

  test('is told no names', async () => {
    for (const text of ['{ review { id } }', '{ reviews { titl } }', '{ reviews(frst: 1) { id } }', '{ ... on Persn { id } }']) {
      const answer = await query(text)
      refused(answer.text)
      assert.doesNotMatch(answer.text, /did you mean|reviews"|title|"first"/i)
    }
    const variable = await ask({ body: JSON.stringify({ query: 'query($id: IDD!) { person(id: $id) { id } }' }) })
    assert.doesNotMatch(variable.text, /did you mean/i)
  })

  test('is told no names for the values of variables either', async () => {
    const before = world.supergraphSdl
    const kinds = 'enum Kind { SECRET_ONE SECRET_TWO } input Filter { secretName: String }'
    await running.router.reload(
      worldSupergraph((sdl) => sdl.replace('hang: String', 'hang(kind: Kind, filter: Filter): String').concat(kinds)),
    )
    const body = JSON.stringify({
      query: 'query($kind: Kind, $filter: Filter) { hang(kind: $kind, filter: $filter) }',
      variables: { kind: 'SECRET_TOO', filter: { secretNam: 1 } },
    })
    const { text } = await ask({ body })
    assert.match(text, /does not exist in \\"Kind\\" enum.*is not defined by type \\"Filter\\"/)
    assert.doesNotMatch(text, /Did you mean|secretName|SECRET_TWO/)
    await running.router.reload(before)
  })

  test('cannot multiply work', async () => {
    const aliases = Array.from({ length: 101 }, (_, i) => `a${i}: __typename`).join(' ')
    const directives = Array.from({ length: 10 }, () => '@include(if: true)').join(' ')
    const bombs = [
      `{ ${aliases} }`,
      `{ __typename ${directives} }`,
      `query { ${'__typename '.repeat(500)} }`,
      `{ ${'reviews { author { '.repeat(8)} id ${'} } '.repeat(8)} }`,
      'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    ]
    for (const text of bombs) refused((await query(text)).text)
    refused((await ask({ body: JSON.stringify(Array.from({ length: 10 }, () => ({ query: '{ __typename }' }))) })).text)
  })

  test('cannot ride on a browser', async () => {
    const search = `?query=${encodeURIComponent('{ __typename }')}`
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const asked: Asked[] = [
      { method: 'GET', headers: { 'content-type': 'text/plain' }, search },
      { method: 'GET', headers: { ...form }, search },
      { headers: form, body: `query=${encodeURIComponent('{ __typename }')}` },
      { headers: { 'content-type': 'text/plain' }, body: '{"query":"{ __typename }"}' },
      { headers: form, body: `query=${encodeURIComponent('mutation { rename(name: "x") { id } }')}` },
      { method: 'GET', search: `?query=${encodeURIComponent('mutation { rename(name: "x") { id } }')}` },
    ]
    for (const one of asked) {
      const { status, text } = await ask(one)
      assert.ok(status >= 400 && status < 500, JSON.stringify(one))
      refused(text)
    }
    const bare = await fetch(`${url}/graphql${search}`)
    assert.equal(bare.status, 400)
  })

  test('finds neither an explorer nor traces nor stacks', async () => {
    for (const path of ['/graphql', '/', '/graphiql', '/playground', '/sandbox', '/console', '/voyager']) {
      const answer = await fetch(url + path, { headers: { accept: 'text/html' } })
      assert.ok(answer.status >= 400, path)
      assert.doesNotMatch(await answer.text(), /<html|graphiql|playground/i)
    }
    const { text, headers } = await query('{ broken }', { 'x-apollo-tracing': '1', 'apollo-federation-include-trace': 'ftv1' })
    assert.doesNotMatch(text, /tracing|ftv1|stack|10\.0\.0\.1|\.ts:/)
    assert.equal(headers.get('x-powered-by'), null)
    assert.equal(headers.get('server'), null)
  })

  test('with the admin header the schema is read, and with no other', async () => {
    const admin = await query(getIntrospectionQuery(), { 'x-vibely-admin': ADMIN_SECRET })
    assert.match(admin.text, /"data":\{"__schema"/)
    assert.match((await query('{ review { id } }', { 'x-vibely-admin': ADMIN_SECRET })).text, /Did you mean \\"reviews\\"/)
    for (const wrong of ['', 'x', `${ADMIN_SECRET}x`, ADMIN_SECRET.slice(0, -1)])
      refused((await query(getIntrospectionQuery(), { 'x-vibely-admin': wrong })).text)
  })

  test('what an admin may read is not there for a name that looks like it', async () => {
    const text = getIntrospectionQuery()
    const named = (operationName: string | undefined, headers: Record<string, string> = {}) =>
      ask({ headers, body: JSON.stringify({ query: text, operationName }) })
    for (const name of [undefined, 'IntrospectionQuery']) {
      assert.match((await named(name, { 'x-vibely-admin': ADMIN_SECRET })).text, /"data":\{"__schema"/)
      refused((await named(`${name ?? ''}\0schema`)).text)
      refused((await named(name)).text)
    }
  })

  test('nothing of it reached a subgraph, but the one query that was valid', () => {
    assert.deepEqual(
      world.calls.map(({ subgraph }) => subgraph),
      ['people'],
    )
  })
})
