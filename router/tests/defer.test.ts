import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { runRouter, TOPOLOGIES } from './running.ts'

const ACCEPT = 'multipart/mixed;deferSpec=20220824, application/graphql-response+json;q=0.9'

interface Part {
  readonly data?: unknown
  readonly errors?: readonly { readonly path?: readonly unknown[]; readonly extensions: { readonly code: string } }[]
  readonly hasNext: boolean
  readonly incremental?: readonly (Omit<Part, 'hasNext'> & { readonly path: readonly unknown[]; readonly label?: string })[]
}

for (const topology of TOPOLOGIES) {
  describe(`deferred parts, ${topology}`, async () => {
    const running = await runRouter({ topology, env: { QUERY_PLANNER: 'apollo' } })
    after(() => running[Symbol.asyncDispose]())
    const token = await running.credentials.token({ sub: 'p1' })

    const post = (
      query: string,
      { accept = ACCEPT, variables = {}, signal }: { accept?: string; variables?: object; signal?: AbortSignal } = {},
    ) =>
      fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, accept },
        body: JSON.stringify({ query, variables }),
        ...(signal && { signal }),
      })

    /** Parts of an answer, as they come. */
    async function* parts(answer: Response): AsyncGenerator<Part> {
      assert.match(answer.headers.get('content-type') ?? '', /^multipart\/mixed; boundary="-"/)
      let text = ''
      for await (const bytes of answer.body ?? []) {
        text += Buffer.from(bytes).toString()
        const pieces = text.split('\r\n---')
        text = pieces.pop() ?? ''
        for (const piece of pieces.filter(Boolean)) yield JSON.parse(piece.slice(piece.indexOf('\r\n\r\n'))) as Part
      }
      assert.equal(text, '--\r\n')
    }

    async function all(query: string, options?: Parameters<typeof post>[1]): Promise<readonly Part[]> {
      const found: Part[] = []
      for await (const part of parts(await post(query, options))) found.push(part)
      return found
    }

    test('what is deferred follows the first answer, for each object of a list', async () => {
      const [first, ...later] = await all('{ reviews(first: 2) { id ... @defer(label: "who") { author { name } } } }')
      assert.deepEqual(first, { data: { reviews: [{ id: 'r1' }, { id: 'r2' }] }, hasNext: true })
      assert.deepEqual(later, [
        {
          incremental: [
            { data: { author: { name: 'Ada' } }, path: ['reviews', 0], label: 'who' },
            { data: { author: { name: 'Bruno' } }, path: ['reviews', 1], label: 'who' },
          ],
          hasNext: true,
        },
        { hasNext: false },
      ])
    })

    test('a part in a part comes behind it', async () => {
      const query = '{ reviews(first: 1) { id ... @defer(label: "a") { title ... @defer(label: "b") { author { name } } } } }'
      const found = (await all(query)).flatMap(({ incremental = [] }) => incremental)
      assert.deepEqual(
        found.map(({ label, data }) => [label, data]),
        [
          ['a', { title: 'Title r1' }],
          ['b', { author: { name: 'Ada' } }],
        ],
      )
    })

    test('a part that holds nothing but another has nothing to say: the inner one comes, once', async () => {
      const query = '{ reviews(first: 1) { id ... @defer(label: "a") { ... @defer(label: "b") { author { name } } } } }'
      const [first, ...later] = await all(query)
      assert.deepEqual(first, { data: { reviews: [{ id: 'r1' }] }, hasNext: true })
      assert.deepEqual(
        later.flatMap(({ incremental = [] }) => incremental),
        [{ data: { author: { name: 'Ada' } }, path: ['reviews', 0], label: 'b' }],
      )
      assert.equal(later.at(-1)?.hasNext, false)
    })

    test('the first answer does not wait, and a part that fails says so itself', async () => {
      const answered = parts(await post('{ reviews(first: 1) { title } ... @defer { hang } }'))
      const first = await answered.next()
      assert.deepEqual(first.value, { data: { reviews: [{ title: 'Title r1' }] }, hasNext: true })
      const second = (await answered.next()).value as Part
      const [part] = second.incremental ?? []
      assert.deepEqual([part?.data, part?.path, part?.errors?.[0]?.extensions.code], [{ hang: null }, [], 'DEADLINE_EXCEEDED'])
    })

    test('a condition decides whether a part is deferred', async () => {
      const query = 'query($later: Boolean!) { reviews(first: 1) { id ... @defer(if: $later) { author { name } } } }'
      const whole = await (await post(query, { variables: { later: false } })).text()
      assert.match(whole, /"author":\{"name":"Ada"\}/)
      const [first] = await all(query, { variables: { later: true } })
      assert.deepEqual(first?.data, { reviews: [{ id: 'r1' }] })
    })

    test('fragments, aliases and abstract types are deferred too', async () => {
      const query = 'query { who: named(id: "p1") { ...F @defer(label: "f") } } fragment F on Person { called: name mail: email }'
      const [first, second] = await all(query)
      assert.deepEqual(first?.data, { who: {} })
      assert.deepEqual(second?.incremental?.[0], { data: { called: 'Ada', mail: 'p1@example.org' }, path: ['who'], label: 'f' })
    })

    test('a client that takes no parts gets the whole answer', async () => {
      const answer = await post('{ reviews(first: 1) { id ... @defer { author { name } } } }', { accept: 'application/json' })
      assert.deepEqual(await answer.json(), { data: { reviews: [{ id: 'r1', author: { name: 'Ada' } }] } })
    })

    test('an operation of which something is refused comes whole, with the refusal at its path', async () => {
      const answer = await post('{ reviews(first: 1) { id ... @defer { author { name address } } } }')
      const { data, errors } = (await answer.json()) as Part
      assert.deepEqual(data, { reviews: [{ id: 'r1', author: { name: 'Ada', address: null } }] })
      assert.deepEqual(errors?.[0]?.path, ['reviews', 0, 'author', 'address'])
    })

    test('a client that leaves in the middle does no harm', async () => {
      const leaving = new AbortController()
      const answered = parts(await post('{ reviews(first: 1) { title } ... @defer { hang } }', { signal: leaving.signal }))
      await answered.next()
      leaving.abort()
      await assert.rejects(async () => void (await answered.next()))
      assert.deepEqual(await (await post('{ __typename }')).json(), { data: { __typename: 'Query' } })
    })
  })
}
