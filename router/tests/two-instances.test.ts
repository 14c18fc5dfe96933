import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { publishRevocation } from '@vibely/kit/revocations'
import { eventually } from '@vibely/testkit/eventually'
import type { ExecutionResult } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { openBalancer } from './balancer.ts'
import { reviewEvent, runRouter } from './running.ts'

describe('two routers behind a balancer', async () => {
  const first = await runRouter({ env: { DRAIN_DELAY_MS: 300 } })
  after(() => first[Symbol.asyncDispose]())
  const second = await runRouter({ beside: first })
  after(() => second[Symbol.asyncDispose]())
  const balancer = await openBalancer([first.url, second.url])
  after(() => balancer[Symbol.asyncDispose]())

  /** One request on a connection of its own. */
  async function ask(body: object, headers: Record<string, string> = {}) {
    const answer = await fetch(`${balancer.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as ExecutionResult & { errors?: { extensions: { code: string } }[] } }
  }

  test('both answer the same, and each knows the documents that the other was given', async () => {
    const query = 'query Two { reviews(first: 1) { id author { name } } }'
    const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } }
    assert.equal((await ask({ query, extensions })).status, 200)
    const before = new Map(balancer.given)
    await eventually(async () => {
      const answers = await Promise.all([ask({ extensions }), ask({ extensions })])
      return answers.every(({ body }) => body.data?.reviews)
    })
    for (const url of [first.url, second.url]) assert.ok((balancer.given.get(url) ?? 0) > (before.get(url) ?? 0), 'each was asked')
  })

  test('a session that is revoked is refused by both', async () => {
    const authorization = `Bearer ${await first.credentials.token({ sid: 'session_of_two' })}`
    assert.equal((await ask({ query: '{ me { id } }' }, { authorization })).status, 200)
    await publishRevocation(first.redis, first.namespace, 'session_of_two', 360)
    await eventually(async () => {
      const statuses = await Promise.all([first, second].map(({ ask: direct }) => direct('{ me { id } }', { headers: { authorization } })))
      return statuses.every(({ status }) => status === 401)
    })
  })

  test('an event reaches the subscribers of both, once each', async () => {
    const seen = await Promise.all(
      [first, second].map(async (running) => {
        const client = running.client(await first.credentials.token({ sub: 'two' }))
        const results = client.iterate<{ reviewAdded: { phase: string; note: string } }>({
          query: 'subscription { reviewAdded { phase note } }',
        })
        assert.equal((await results.next()).value?.data?.reviewAdded.phase, 'CAUGHT_UP')
        return results
      }),
    )
    await first.publisher.publish(reviewEvent(1, { channel: 'reviews:two' }), reviewEvent(2, { channel: 'reviews:two' }))
    for (const results of seen) {
      const notes = [await results.next(), await results.next()].map(({ value }) => value?.data?.reviewAdded.note)
      assert.deepEqual(notes, ['event 1', 'event 2'])
      await results.return?.()
    }
  })

  test('one of them may leave: no request fails, and sockets come back at the other', async () => {
    const client = createClient({
      url: `${balancer.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await first.credentials.token({ sub: 'moved' })}` },
      retryAttempts: 20,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
      shouldRetry: () => true,
    })
    const phases: string[] = []
    client.subscribe<{ reviewAdded: { phase: string; note: string | null } }>(
      { query: 'subscription { reviewAdded { phase note } }' },
      {
        next: ({ data }) => void phases.push(data?.reviewAdded.note ?? data?.reviewAdded.phase ?? ''),
        error: () => undefined,
        complete: () => undefined,
      },
    )
    await eventually(() => phases.length === 1)

    const left = new AbortController()
    const failures: unknown[] = []
    let answered = 0
    let seq = 0
    const clients = Array.from({ length: 8 }, async () => {
      while (!left.signal.aborted || answered < 200) {
        try {
          const answer = await fetch(`${balancer.url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: '{"query":"{ reviews(first: 1) { id } }"}',
          })
          const { data } = (await answer.json()) as ExecutionResult
          if (answer.status !== 200 || !data?.reviews) failures.push(answer.status)
          answered += 1
        } catch (error) {
          failures.push(error)
        }
      }
    })
    await first.close()
    left.abort()
    await Promise.all(clients)
    assert.deepEqual(failures, [])
    assert.equal((await fetch(`${second.url}/readyz`)).status, 200)
    await eventually(async () => {
      seq += 1
      await second.publisher.publish(reviewEvent(seq, { channel: 'reviews:moved', note: 'after the move' }))
      return phases.includes('after the move')
    })
    await client.dispose()
  })
})
