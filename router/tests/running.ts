import { setTimeout as delay } from 'node:timers/promises'
import { openRequestSigner } from '@vibely/kit/identity'
import { type LiveEvent, type LivePublisher, openLivePublisher } from '@vibely/kit/live'
import { createLogger } from '@vibely/kit/logger'
import { type Listening, serveSubgraph } from '@vibely/kit/server'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import type { ExecutionResult } from 'graphql'
import { type Client, type ClientOptions, createClient } from 'graphql-ws'
import { Redis } from 'ioredis'
import WebSocket from 'ws'
import type { RouterEnv } from '../src/env.ts'
import { remotePages } from '../src/http/pages.ts'
import { openRouter, type Router } from '../src/router.ts'
import { httpSource } from '../src/sources/http-source.ts'
import { localSource } from '../src/sources/local-source.ts'
import type { Source } from '../src/sources/source.ts'
import { type Credentials, identityKeys, openCredentials } from './credentials.ts'
import { openWorld, type World } from './world.ts'

export const TOPOLOGIES = ['embedded', 'distributed'] as const
export type Topology = (typeof TOPOLOGIES)[number]

// Refused operations have their own status under this media type alone.
const GRAPHQL = { 'content-type': 'application/json', accept: 'application/graphql-response+json' }

const logger = createLogger({ service: 'test', level: 'silent' })

/** A router over the world's subgraphs, on the real Redis, with what tests do to it. */
export interface Running extends AsyncDisposable {
  readonly url: string
  readonly router: Router
  readonly world: World
  readonly credentials: Credentials
  readonly namespace: string
  readonly redis: Redis
  readonly publisher: LivePublisher
  /** Sends an operation over HTTP. */
  ask(
    query: string,
    options?: { token?: string; variables?: object; extensions?: object; headers?: Record<string, string> },
  ): Promise<Answer>
  /** A plain graphql-ws client. */
  client(token?: string, options?: Partial<ClientOptions>): Client
  /** Ends one subgraph's server; distributed only. */
  stop(subgraph: string): Promise<void>
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: ExecutionResult<Record<string, unknown>>
}

export interface RunOptions {
  readonly topology?: Topology
  /** Another router of the same system. */
  readonly beside?: Running
  readonly env?: Partial<RouterEnv>
  readonly redisUrl?: string
  readonly longWayOnly?: boolean
  readonly persistedDocuments?: string
  /** Beside those of the world. */
  readonly moreSources?: readonly Source[]
}

export async function runRouter(options: RunOptions = {}): Promise<Running> {
  await using stack = new AsyncDisposableStack()
  const { beside } = options
  const namespace = beside?.namespace ?? freshNamespace()
  const world = beside?.world ?? openWorld()
  const credentials = beside?.credentials ?? (await openCredentials())
  const { REDIS_URL } = servers()
  const redis = stack.adopt(new Redis(REDIS_URL), async (connection) => {
    const keys = beside ? [] : await connection.keys(`${namespace}*`)
    if (keys.length > 0) await connection.del(keys)
    connection.disconnect()
  })
  const listening = new Map<string, Listening>()
  const sources: Source[] = [...(options.moreSources ?? [])]
  const peoplePages = world.subgraphs.find(({ name }) => name === 'people')?.pages ?? {}
  let pages = peoplePages
  const keys = await identityKeys()
  for (const subgraph of world.subgraphs) {
    if (options.topology !== 'distributed') {
      sources.push(localSource(subgraph, logger))
      continue
    }
    const hmacKey = `k1:${subgraph.name.padEnd(32, 'x')}`
    const server = stack.use(await serveSubgraph(subgraph, { port: 0, hmacKeys: [hmacKey], routerPublicKey: keys.publicKey }))
    listening.set(subgraph.name, server)
    const signer = await openRequestSigner({ subgraph: subgraph.name, hmacKey, privateKey: keys.privateKey })
    sources.push(stack.use(httpSource({ name: subgraph.name, url: `${server.url}/graphql`, signer, logger })))
    if (subgraph.name === 'people') pages = remotePages(server.url, Object.keys(peoplePages))
  }
  const router = stack.use(
    await openRouter({
      env: {
        NODE_ENV: 'test',
        VIBELY_NAMESPACE: namespace,
        LOG_LEVEL: 'silent',
        REDIS_URL: options.redisUrl ?? REDIS_URL,
        CURSOR_SECRET: 'a secret of more than thirty-two characters',
        ROUTER_HOST: '127.0.0.1',
        ROUTER_PORT: 0,
        CORS_ORIGINS: ['https://app.example'],
        DRAIN_DELAY_MS: 0,
        SAFELIST: 'off',
        ROUTER_SHARE_OPERATIONS: true,
        ROUTER_SHARE_FETCHES: true,
        ROUTER_ENTITY_CACHE: true,
        // A planner for each topology: the same tests prove both, in no more time.
        QUERY_PLANNER: options.topology === 'distributed' ? 'hive' : 'apollo',
        SOCKETS_PER_USER: 100,
        SOCKETS_PER_ADDRESS: 1_000,
        SOCKETS_PER_SECOND: 1_000,
        COST_SESSION_BUDGET: 1_000_000,
        COST_ANONYMOUS_BUDGET: 1_000_000,
        ...options.env,
      },
      supergraphSdl: world.supergraphSdl,
      sources,
      loadKeys: async () => credentials.keys,
      pages,
      longWayOnly: options.longWayOnly ?? false,
      persistedDocuments: options.persistedDocuments,
      logger,
    }),
  )
  const clients: Client[] = []
  stack.defer(async () => void (await Promise.all(clients.map((client) => client.dispose()))))
  const open = stack.move()
  return {
    url: router.url,
    router,
    world,
    credentials,
    namespace,
    redis,
    publisher: openLivePublisher({ redis, namespace }),
    async ask(query, { token, variables = {}, extensions, headers = {} } = {}) {
      const answer = await fetch(`${router.url}/graphql`, {
        method: 'POST',
        headers: { ...GRAPHQL, ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
        body: JSON.stringify({ query, variables, extensions }),
      })
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
    },
    client(token, more = {}) {
      const client = createClient({
        url: `${router.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
        ...more,
      })
      clients.push(client)
      return client
    },
    stop: async (subgraph) => listening.get(subgraph)?.[Symbol.asyncDispose](),
    close: async () => router[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Event number `seq` of the channel `reviews:p1`. */
export const reviewEvent = (seq: number, change: { id?: string; channel?: string; epoch?: string; note?: string } = {}): LiveEvent => ({
  channel: change.channel ?? 'reviews:p1',
  seq,
  epoch: change.epoch ?? 'epoch-1',
  data: JSON.stringify({
    __typename: 'ReviewEvent',
    note: change.note ?? `event ${seq}`,
    review: { __typename: 'Review', id: change.id ?? 'r1' },
  }),
})

/** Publishes that many events one by one, with a pause behind each, in which clients come and go. */
export async function publishSlowly(publisher: LivePublisher, count: number, channel?: string): Promise<void> {
  for (let seq = 1; seq <= count; seq += 1) {
    await publisher.publish(reviewEvent(seq, channel === undefined ? {} : { channel }))
    await delay(5)
  }
}
