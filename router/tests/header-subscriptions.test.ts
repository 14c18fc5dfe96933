import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { readEnv } from '@vibely/kit/env'
import { eventually } from '@vibely/testkit/eventually'
import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { foreignDeployment } from '../src/deployment.ts'
import { standaloneEnv } from '../src/env.ts'
import { openRouter } from '../src/router.ts'
import { silent } from './federation/harness.ts'
import { serveForeignStreams } from './foreign-stream.ts'

interface Result {
  readonly data?: { readonly told?: { readonly text: string } } | null
}

describe('headers of clients on subscriptions to subgraphs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'told-'))
  const foreign = await serveForeignStreams()
  const [file, rules] = [join(folder, 'supergraph.graphql'), join(folder, 'headers.json')]
  await writeFile(file, foreign.supergraphSdl)
  await writeFile(rules, JSON.stringify({ all: { propagate: ['authorization'] }, subgraphs: { scores: { propagate: ['x-tenant'] } } }))
  const env = readEnv(standaloneEnv, { ROUTER_PORT: '0', SUBGRAPH_HEADERS: rules })
  const router = await openRouter({ env, logger: silent, ...(await foreignDeployment(file, env, silent)) })
  const clients: Client[] = []
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.dispose())))
  after(async () => {
    await router[Symbol.asyncDispose]()
    await foreign[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  /** A client with a payload of `connection_init` and headers of the upgrade, and what the subgraph says that it was told. */
  function subscribe(payload: Record<string, unknown>, headers: Record<string, string> = {}) {
    const told: unknown[] = []
    const sockets: WebSocket[] = []
    class Socket extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers })
        sockets.push(this)
      }
    }
    const url = `${router.url.replace('http', 'ws')}/graphql`
    const client = createClient({ url, connectionParams: payload, webSocketImpl: Socket, retryAttempts: 0 })
    clients.push(client)
    client.subscribe<Record<string, unknown>>(
      { query: 'subscription { told { text } }' },
      {
        next: ({ data }) => void told.push(JSON.parse((data as unknown as Result['data'])?.told?.text ?? 'null')),
        error: (error) => void told.push(error),
        complete: () => {},
      },
    )
    return { told, sockets }
  }
  const both = (payload: { authorization?: string; 'x-tenant'?: string }) => {
    const { authorization, 'x-tenant': tenant } = payload
    return { payload, upgrade: { ...(authorization && { authorization }), ...(tenant && { tenant }) } }
  }

  test('they are told with the upgrade and in connection_init; what is not named is not', async () => {
    const { told } = subscribe({ Authorization: 'Bearer of ada', 'x-tenant': 'acme', 'x-other': 'mine', nested: { a: 1 } })
    await eventually(() => told.length === 1)
    assert.deepEqual(told, [both({ authorization: 'Bearer of ada', 'x-tenant': 'acme' })])
  })

  test('a client may say them with the upgrade, but for the credential', async () => {
    const { told } = subscribe({}, { 'x-tenant': 'upgraded', authorization: 'Bearer of nobody' })
    await eventually(() => told.length === 1)
    assert.deepEqual(told, [both({ 'x-tenant': 'upgraded' })])
  })

  test('they are told for server-sent events, too', async () => {
    const stop = new AbortController()
    const headers = {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'x-tenant': 'events',
      authorization: 'Bearer of ada',
    }
    const body = JSON.stringify({ query: 'subscription { told { text } }' })
    const answer = await fetch(`${router.url}/graphql`, { method: 'POST', headers, body, signal: stop.signal })
    let text = ''
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('"told"')) break
    }
    stop.abort()
    const told = /^data: (.*"told".*)$/m.exec(text)?.[1] ?? '{}'
    const { data } = JSON.parse(told) as Result
    assert.deepEqual(JSON.parse(data?.told?.text ?? 'null'), both({ authorization: 'Bearer of ada', 'x-tenant': 'events' }))
  })

  test('clients whose headers differ never share a socket or subscription; those whose headers are the same do', async () => {
    const before = foreign.sockets()
    const tenants = ['one', 'two', 'two', 'three', 'three']
    const all = tenants.map((tenant) => ({ tenant, ...subscribe({ 'x-tenant': tenant }) }))
    // Of those that share one, the second may come after its only event: it shares all the same.
    await eventually(() => new Set(all.filter(({ told }) => told.length > 0).map(({ tenant }) => tenant)).size === 3)
    for (const { tenant, told } of all) for (const one of told) assert.deepEqual(one, both({ 'x-tenant': tenant }))
    assert.equal(foreign.sockets() - before, 3)
  })

  test('a fresh credential on an open socket takes the place of the last; a client without any gets no headers', async () => {
    const { told, sockets } = subscribe({ authorization: 'Bearer one', 'x-tenant': 'renewed' })
    await eventually(() => told.length === 1)
    sockets[0]?.send(JSON.stringify({ type: 'ping', payload: { authorization: 'Bearer two' } }))
    await eventually(() => told.length === 2)
    assert.deepEqual(told[1], both({ 'x-tenant': 'renewed', authorization: 'Bearer two' }))
    const nobody = subscribe({})
    await eventually(() => nobody.told.length === 1)
    assert.deepEqual(nobody.told, [{ upgrade: {} }])
  })
})
