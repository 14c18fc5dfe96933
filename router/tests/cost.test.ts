import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import type { RouterEnv } from '../src/env.ts'
import { type Answer, type Running, runRouter } from './running.ts'

const ACCEPT = { accept: 'application/graphql-response+json' }
const COST = { cost: true }
/** Budgets that refill too slowly to matter. */
const TIGHT: Partial<RouterEnv> = {
  COST_ANONYMOUS_BUDGET: 500,
  COST_ANONYMOUS_REFILL: 0.01,
  COST_SESSION_BUDGET: 1_000,
  COST_SESSION_REFILL: 0.01,
}

interface Cost {
  readonly requested: number
  readonly actual: number
  readonly budget: { readonly limit: number; readonly remaining: number; readonly resetAt: string } | null
}
const costOf = ({ body }: Answer) => body.extensions?.cost as Cost
const errorOf = ({ body }: Answer) => body.errors?.[0]?.extensions as { code: string; retryAfterMs?: number } | undefined
const aliases = (count: number, field: string) => `{ ${Array.from({ length: count }, (_, i) => `a${i}: ${field}`).join(' ')} }`
/** Costs 200 at most, and 6 in this world, which has three reviews. */
const REVIEWS = 'reviews(first: 100) { author { name } }'
const remaining = async (running: Running, token?: string) =>
  costOf(await running.ask('{ __typename }', { extensions: COST, ...(token !== undefined && { token }) })).budget?.remaining ?? -1

describe('cost', () => {
  test('who asks is told what an operation could cost, what it did, and what is left', async () => {
    await using running = await runRouter({ env: TIGHT })
    const answer = await running.ask(`{ ${REVIEWS} }`, { extensions: COST })
    const { requested, actual, budget } = costOf(answer)
    assert.deepEqual([requested, actual, budget?.limit, budget?.remaining], [200, 6, 500, 494])
    assert.ok(Date.parse(budget?.resetAt ?? '') > Date.now())
    assert.equal(answer.headers.get('ratelimit-policy'), '"anonymous";q=500;qu="cost";w=50000')
    assert.match(answer.headers.get('ratelimit') ?? '', /^"anonymous";r=494;t=\d+$/)
    const silent = await running.ask(`{ ${REVIEWS} }`)
    assert.equal(silent.body.extensions, undefined)
    assert.match(silent.headers.get('ratelimit') ?? '', /^"anonymous";r=\d+;t=\d+$/)
  })

  test('a query by GET and one through Apollo Server tell the same', async () => {
    await using running = await runRouter({ env: TIGHT })
    const search = new URLSearchParams({ query: `{ ${REVIEWS} }`, extensions: JSON.stringify(COST) })
    const answer = await fetch(`${running.url}/graphql?${search}`, { headers: { 'apollo-require-preflight': 'true' } })
    const { extensions } = (await answer.json()) as { extensions: { cost: Cost } }
    assert.deepEqual([extensions.cost.requested, extensions.cost.actual], [200, 6])
    assert.match(answer.headers.get('ratelimit') ?? '', /r=494/)
  })

  test('what costs more than one operation may is refused before any fetch, and is not charged', async () => {
    await using running = await runRouter({ env: TIGHT })
    const anonymous = await running.ask(aliases(3, REVIEWS), { headers: ACCEPT, extensions: COST })
    assert.equal(anonymous.status, 400)
    assert.equal(errorOf(anonymous)?.code, 'COST_EXCEEDED')
    assert.deepEqual(costOf(anonymous), { requested: 600, actual: 0, budget: null })
    const variable = `query($n: Int) ${aliases(3, 'reviews(first: $n) { author { name } }')}`
    const byVariable = await running.ask(variable, { headers: ACCEPT, extensions: COST, variables: { n: 100 } })
    assert.deepEqual([byVariable.status, errorOf(byVariable)?.code], [400, 'COST_EXCEEDED'])
    assert.deepEqual(costOf(byVariable), { requested: 600, actual: 0, budget: null })
    assert.deepEqual(running.world.calls, [])
    const token = await running.credentials.token()
    assert.equal((await running.ask(aliases(3, REVIEWS), { token })).body.errors, undefined)
    assert.equal(errorOf(await running.ask(aliases(6, REVIEWS), { token }))?.code, 'COST_EXCEEDED')
    assert.equal((await running.ask(variable, { variables: { n: 2 } })).body.errors, undefined)
    assert.equal(await remaining(running), 500 - 6 * 2 - 1)
  })

  test('a page of more than a hundred is refused before any fetch', async () => {
    await using running = await runRouter({ env: TIGHT })
    const literal = await running.ask('{ reviews(first: 101) { id } }', { headers: ACCEPT })
    const variable = await running.ask('query($n: Int) { reviews(first: $n) { id } }', { headers: ACCEPT, variables: { n: 2_000_000_000 } })
    for (const answer of [literal, variable]) {
      assert.deepEqual([answer.status, errorOf(answer)?.code], [400, 'BAD_USER_INPUT'])
      assert.match(answer.body.errors?.[0]?.message ?? '', /`first` must be at most 100/)
    }
    assert.deepEqual(running.world.calls, [])
  })

  test('an empty budget refuses with the time to wait, and the refused operation reaches no subgraph', async () => {
    await using running = await runRouter({ env: { ...TIGHT, COST_ANONYMOUS_OPERATION: 100, COST_ANONYMOUS_BUDGET: 100 } })
    // Each asks for 2 and gets 2: nothing comes back.
    const query = '{ reviews(first: 1) { author { id } } }'
    for (let spent = 0; spent < 100; spent += 2) assert.equal((await running.ask(query)).body.errors, undefined)
    running.world.calls.length = 0
    const refused = await running.ask(aliases(4, REVIEWS.replace('100', '10')), { headers: ACCEPT, extensions: COST })
    assert.deepEqual([refused.status, errorOf(refused)?.code], [429, 'RATE_LIMITED'])
    const { retryAfterMs = 0 } = errorOf(refused) ?? {}
    assert.ok(retryAfterMs > 7_000_000 && retryAfterMs <= 8_000_000, String(retryAfterMs))
    assert.equal(refused.headers.get('retry-after'), String(Math.ceil(retryAfterMs / 1_000)))
    assert.match(refused.headers.get('ratelimit') ?? '', /^"anonymous";r=\d;t=\d+$/)
    assert.equal(costOf(refused).actual, 0)
    assert.deepEqual(running.world.calls, [])
    // A session has its own.
    assert.equal((await running.ask(query, { token: await running.credentials.token() })).body.errors, undefined)
  })

  test('behind a trusted proxy each client has its own budget; who only says so has not', async () => {
    const from = (client: string) => ({ headers: { ...ACCEPT, 'x-forwarded-for': client }, extensions: COST })
    await using behind = await runRouter({ env: { ...TIGHT, TRUSTED_PROXIES: ['127.0.0.1'] } })
    await behind.ask(`{ ${REVIEWS} }`, from('203.0.113.1'))
    assert.equal(costOf(await behind.ask('{ __typename }', from('203.0.113.2'))).budget?.remaining, 499)
    assert.ok((costOf(await behind.ask('{ __typename }', from('203.0.113.1'))).budget?.remaining ?? 0) < 499)
    await using open = await runRouter({ env: TIGHT })
    await open.ask(`{ ${REVIEWS} }`, from('203.0.113.1'))
    assert.ok((costOf(await open.ask('{ __typename }', from('203.0.113.2'))).budget?.remaining ?? 0) < 499)
  })

  test('a user has one budget in all sessions, and none for the others', async () => {
    await using running = await runRouter({ env: TIGHT })
    const { credentials } = running
    const phone = await credentials.token({ sub: 'p1', sid: 'phone' })
    const desk = await credentials.token({ sub: 'p1', sid: 'desk' })
    await running.ask(`{ ${REVIEWS} }`, { token: phone })
    assert.equal(await remaining(running, desk), 1_000 - 6 - 1)
    assert.equal(await remaining(running, await credentials.token({ sub: 'p2', sid: 'other' })), 1_000 - 1)
  })

  test('two routers on one Redis count together', async () => {
    await using one = await runRouter({ env: TIGHT })
    await using two = await runRouter({ env: { ...TIGHT, VIBELY_NAMESPACE: one.namespace } })
    await one.ask(`{ ${REVIEWS} }`)
    await eventually(async () => (await remaining(two)) < 500 - 6)
  })

  test('what a failed or refused field did not give is given back', async () => {
    await using running = await runRouter({ env: TIGHT })
    const broken = await running.ask('{ person(id: "nobody") { name } broken me { id } }', { extensions: COST })
    assert.deepEqual([costOf(broken).requested, costOf(broken).actual], [1, 1])
    const many = await running.ask(aliases(5, 'person(id: "nobody") { name }'), { extensions: COST })
    assert.deepEqual([costOf(many).requested, costOf(many).actual], [5, 1])
  })

  test('invalid variables and documents cost nothing', async () => {
    await using running = await runRouter({ env: TIGHT })
    await running.ask('query($id: ID!) { person(id: $id) { name } }', { variables: { id: { a: 1 } } })
    await running.ask('{ nope }')
    assert.equal(await remaining(running), 499)
  })

  test('requests that run as one are paid by each who asked', async () => {
    await using running = await runRouter({ env: TIGHT })
    const query = '{ hang reviews(first: 3) { author { id } } }'
    await Promise.all([running.ask(query), running.ask(query), running.ask(query)])
    assert.equal(await remaining(running), 500 - 3 * 6 - 1)
  })

  test('over a socket: told, refused, and a subscription is paid once', async () => {
    await using running = await runRouter({ env: { ...TIGHT, COST_ANONYMOUS_OPERATION: 100, COST_ANONYMOUS_BUDGET: 100 } })
    const client = running.client(undefined, { lazyCloseTimeout: 5_000 })
    const ask = (query: string, extensions?: Record<string, unknown>, variables?: Record<string, unknown>) =>
      new Promise<unknown>((resolve, reject) => {
        const end = client.subscribe(
          { query, ...(extensions && { extensions }), ...(variables && { variables }) },
          {
            next(result) {
              resolve(result)
              end()
            },
            error: resolve,
            complete: () => reject(new Error(`no answer to ${query}`)),
          },
        )
      })
    const told = (await ask('{ reviews(first: 3) { author { id } } }', COST)) as { extensions: { cost: Cost } }
    assert.deepEqual([told.extensions.cost.requested, told.extensions.cost.actual, told.extensions.cost.budget?.remaining], [6, 6, 94])
    const dear = (await ask('{ reviews(first: 60) { author { id } } }')) as { extensions: { code: string } }[]
    assert.equal(dear[0]?.extensions.code, 'COST_EXCEEDED')
    const variable = 'query($n: Int = 60) { reviews(first: $n) { author { id } } }'
    const dearByVariable = async () =>
      (await ask(variable, COST)) as { errors: { extensions: { code: string } }[]; extensions: { cost: Cost } }
    const withoutPlan = await dearByVariable()
    assert.equal(withoutPlan.errors[0]?.extensions.code, 'COST_EXCEEDED')
    assert.deepEqual(withoutPlan.extensions.cost, { requested: 120, actual: 0, budget: null })
    await ask(variable, COST, { n: 2 })
    const { extensions, errors } = await dearByVariable()
    assert.deepEqual([errors[0]?.extensions.code, extensions.cost], ['COST_EXCEEDED', withoutPlan.extensions.cost], 'as without a plan')
    const page = (await ask('query { reviews(first: 101) { id } }')) as { errors?: { extensions: { code: string } }[] }
    assert.equal(JSON.stringify(page).includes('BAD_USER_INPUT'), true)
    await ask('subscription { roomReview(room: "1") { phase review { author { name } } } }')
    assert.equal(await remaining(running), 94 - 4 - 3 - 1)
    for (let index = 0; index < 30; index += 1) await ask('subscription { roomReview(room: "1") { phase review { author { name } } } }')
    const refused = (await ask('subscription { roomReview(room: "1") { phase review { author { name } } } }')) as {
      extensions: { code: string }
    }[]
    assert.equal(refused[0]?.extensions.code, 'RATE_LIMITED')
  })
})
