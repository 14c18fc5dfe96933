import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { publishRevocation } from '@vibely/kit/revocations'
import { eventually } from '@vibely/testkit/eventually'
import { runRouter, TOPOLOGIES } from './running.ts'

for (const topology of TOPOLOGIES) {
  describe(`queries, ${topology}`, async () => {
    const running = await runRouter({ topology })
    after(() => running[Symbol.asyncDispose]())
    const { ask, credentials, world } = running
    const callsTo = (subgraph: string) => world.calls.filter((call) => call.subgraph === subgraph).length
    const codes = (body: { errors?: readonly { extensions?: object }[] }) =>
      body.errors?.map(({ extensions }) => (extensions as { code?: string }).code)
    beforeEach(() => void world.calls.splice(0))

    test('fields of two subgraphs stand in one answer', async () => {
      const { status, body } = await ask('{ reviews(first: 2) { heading: title(upper: true) author { name reviewCount } } }')
      assert.equal(status, 200)
      assert.deepEqual(body, {
        data: {
          reviews: [
            { heading: 'TITLE r1', author: { name: 'Ada', reviewCount: 7 } },
            { heading: 'TITLE r2', author: { name: 'Bruno', reviewCount: 7 } },
          ],
        },
      })
    })

    test('what is refused altogether reaches no subgraph', async () => {
      const { body } = await ask('{ me { id name } }')
      assert.deepEqual(body, {
        data: { me: null },
        errors: [{ message: 'Sign in first.', path: ['me'], extensions: { code: 'UNAUTHENTICATED' } }],
      })
      assert.deepEqual(world.calls, [])
    })

    test('a refused field is cut through fragments, aliases and lists, and its subgraph is not asked for it', async () => {
      const { body } = await ask(
        'query($n: Int, $country: String) { reviews(first: $n) { ...R } } fragment R on Review { title author { ...P } } fragment P on Person { mail: email where: address(country: $country) }',
        { variables: { n: 2, country: 'NO' } },
      )
      assert.deepEqual(body.data, {
        reviews: [
          { title: 'Title r1', author: { mail: null, where: null } },
          { title: 'Title r2', author: { mail: null, where: null } },
        ],
      })
      assert.deepEqual(
        body.errors?.map(({ path }) => path?.join('.')),
        ['reviews.0.author.mail', 'reviews.0.author.where', 'reviews.1.author.mail', 'reviews.1.author.where'],
      )
      assert.equal(callsTo('people'), 0)
      assert.equal(callsTo('reviews'), 1)
    })

    test('a refused type is refused behind an interface too, and the rest stays', async () => {
      const query = '{ named(id: "x") { name ... on Robot { secret { code } } } }'
      const anonymous = await ask(query)
      assert.deepEqual(anonymous.body.data, { named: { name: 'Robby', secret: null } })
      assert.deepEqual(codes(anonymous.body), ['UNAUTHENTICATED'])
      const { body } = await ask(query, { token: await credentials.token() })
      assert.deepEqual(body, { data: { named: { name: 'Robby', secret: { code: '42' } } } })
    })

    test('a variable may be called what the variable of every fetch of entities is called', async () => {
      const query = `query($representations: String, $other__representations: Boolean = false) {
        reviews { author { id @skip(if: $other__representations) address(country: $representations) } }
      }`
      const token = await credentials.token({ scope: 'admin' })
      const named = await ask(query, { token, variables: { representations: 'NO' } })
      const address = 'Road 1'
      assert.deepEqual(named.body, { data: { reviews: [{ author: { id: 'p1', address } }, { author: { id: 'p2', address } }] } })
      const bare = await ask(query, { token, variables: { other__representations: true } })
      assert.deepEqual(bare.body, { data: { reviews: [{ author: { address } }, { author: { address } }] } })
    })

    test('scopes and facts decide field by field', async () => {
      const query = '{ person(id: "p1") { name address } drafts { id } vault }'
      const weak = await ask(query, { token: await credentials.token() })
      assert.deepEqual(weak.body.data, { person: { name: 'Ada', address: null }, drafts: null, vault: null })
      assert.deepEqual(codes(weak.body)?.sort(), ['FORBIDDEN', 'INSUFFICIENT_SCOPE', 'STEP_UP_REQUIRED'])
      const strong = await ask(query, {
        token: await credentials.token({ scope: 'admin', facts: ['verified_email'], authTime: 0 }),
      })
      assert.deepEqual(strong.body, { data: { person: { name: 'Ada', address: 'Road 1' }, drafts: [{ id: 'r3' }], vault: 'open' } })
    })

    test('a session that proved its password more than ten minutes ago has to do so again', async () => {
      const recent = await ask('{ vault }', { token: await credentials.token({ authTime: -580 }) })
      assert.deepEqual(recent.body, { data: { vault: 'open' } })
      // Refreshed a moment ago, but the sign-in stays where it was.
      const older = await ask('{ vault }', { token: await credentials.token({ authTime: -601 }) })
      assert.deepEqual([older.body.data, codes(older.body)], [{ vault: null }, ['STEP_UP_REQUIRED']])
    })

    test('mutations carry the identity of the token, and of nothing else', async () => {
      const forged = { 'x-vibely-identity': 'p2', 'x-user-id': 'p2', 'x-forwarded-for': '8.8.8.8' }
      const { body } = await ask('mutation { rename(name: "Ada L.") { id name } }', { token: await credentials.token(), headers: forged })
      assert.deepEqual(body, { data: { rename: { id: 'p1', name: 'Ada L.' } } })
      assert.equal(world.calls[0]?.caller.viewer?.sessionId, 'session_1')
      assert.equal(world.calls[0]?.caller.ip, '127.0.0.1')
    })

    test('a token that is not right refuses the whole request', async () => {
      const foreign = await (await import('./credentials.ts')).openCredentials()
      const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${Buffer.from('{"sub":"p1","sid":"s","exp":9999999999,"iss":"vibely","aud":"vibely"}').toString('base64url')}.`
      const bad = [
        none,
        'nonsense',
        await foreign.token(),
        await credentials.token({ audience: 'other' }),
        await credentials.token({ issuer: 'other' }),
        await credentials.token({ typ: 'jwt' }),
        await credentials.token({ kid: 'unknown' }),
      ]
      for (const token of bad) {
        const { status, body } = await ask('{ reviews { id } }', { token })
        assert.equal(status, 401, token)
        assert.deepEqual(codes(body), ['UNAUTHENTICATED'])
      }
      const expired = await ask('{ reviews { id } }', { token: await credentials.token({ expiresIn: -40 }) })
      assert.equal(expired.status, 401)
      assert.deepEqual(codes(expired.body), ['TOKEN_EXPIRED'])
      assert.deepEqual(world.calls, [])
    })

    test('a revoked session is refused', async () => {
      const token = await credentials.token({ sid: 'session_stolen' })
      assert.equal((await ask('{ me { id } }', { token })).status, 200)
      await publishRevocation(running.redis, running.namespace, 'session_stolen', 360)
      await eventually(async () => (await ask('{ me { id } }', { token })).status === 401)
    })

    test('a failing resolver shows nothing of the inside', async () => {
      const { body } = await ask('{ broken person(id: "p2") { name } }')
      assert.deepEqual(body.data, { broken: null, person: { name: 'Bruno' } })
      assert.deepEqual(codes(body), ['INTERNAL'])
      assert.doesNotMatch(JSON.stringify(body), /10\.0\.0\.1|route|stack|\.ts/)
    })

    test('a hung subgraph ends at the deadline, with its path', async () => {
      const { body } = await ask('{ hang reviews(first: 1) { id } }')
      assert.deepEqual(body, {
        data: { hang: null, reviews: [{ id: 'r1' }] },
        errors: [{ message: 'The answer took too long.', path: ['hang'], extensions: { code: 'DEADLINE_EXCEEDED', service: 'people' } }],
      })
    })

    test('what is not a valid operation is refused as a whole', async () => {
      const deep = `{ named(id: "x") { name ${'... on Robot { secret { code '.repeat(1)} } } } }`
      const refused = [
        '{ nope }',
        '{ reviews { id }',
        '{ _service { sdl } }',
        '{ _entities(representations: []) { __typename } }',
        'subscription { reviewAdded { cursor } }',
        `{ ${'reviews { author { '.repeat(7)} id ${'} } '.repeat(7)} }`,
        `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
        `{ ${'reviews { id } '.repeat(900)} }`,
        'query A { reviews { id } } query B { reviews { id } }',
      ]
      assert.equal((await ask(deep)).status, 200)
      world.calls.length = 0
      for (const query of refused) {
        const { status, body } = await ask(query)
        assert.equal(status, 400, query)
        assert.equal(codes(body)?.[0], 'BAD_REQUEST', query)
      }
      const variables = await ask('query($id: ID!) { person(id: $id) { name } }', { variables: { id: { a: 1 } } })
      assert.equal(variables.status, 400)
      assert.deepEqual(codes(variables.body), ['BAD_USER_INPUT'])
      assert.deepEqual(world.calls, [])
    })
  })
}

test('a subgraph that is away costs its own fields alone', async () => {
  await using running = await runRouter({ topology: 'distributed' })
  await running.stop('people')
  const { body } = await running.ask('{ reviews(first: 2) { title author { name reviewCount } } person(id: "p1") { name } }')
  assert.deepEqual(body.data, {
    reviews: [
      { title: 'Title r1', author: null },
      { title: 'Title r2', author: null },
    ],
    person: null,
  })
  assert.deepEqual(body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.code, extensions?.service]).sort(), [
    ['person', 'SUBGRAPH_UNAVAILABLE', 'people'],
    ['reviews.0.author.name', 'SUBGRAPH_UNAVAILABLE', 'people'],
    ['reviews.1.author.name', 'SUBGRAPH_UNAVAILABLE', 'people'],
  ])
  assert.doesNotMatch(JSON.stringify(body), /127\.0\.0\.1|ECONN/)
})
