import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { createLogger } from '@vibely/kit/logger'
import { buildSchema, executeSubgraph, type Subgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { GraphQLError, parse } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { composeSupergraph } from '../src/supergraph/compose.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])'

const SDL = {
  people: `${LINK}
    type Query { person(id: ID!): Person }
    type Person @key(fields: "id") { id: ID! name: String! }`,
  scores: `${LINK}
    type Query { score: Int }
    type Subscription {
      scored(game: ID!, loud: Boolean = false): Goal
      few(count: Int!, after: Int = 0): Goal
      huge(bytes: Int!): Goal
      refused: Goal
      told: Goal
    }
    type Goal { game: ID! text: String! number: Int! by: Person! }
    type Person @key(fields: "id") { id: ID! }`,
}

interface Asked {
  readonly game: string
  readonly loud: boolean
}

/** Goals as somebody who has subscribed gets them, until he leaves. */
function openGoals(asked: Asked, listeners: Set<(game: string, number: number) => void>) {
  const ready: object[] = []
  let wake = Promise.withResolvers<void>()
  const listener = (game: string, number: number) => {
    if (game === asked.game) ready.push(goal(game, number, asked.loud))
    wake.resolve()
  }
  listeners.add(listener)
  const over = { done: true, value: undefined } as const
  const iterator = {
    async next() {
      while (ready.length === 0 && listeners.has(listener)) {
        await wake.promise
        wake = Promise.withResolvers()
      }
      const scored = ready.shift()
      return scored ? { done: false, value: { scored } } : over
    },
    async return() {
      listeners.delete(listener)
      wake.resolve()
      return over
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

const goal = (game: string, number: number, loud = false) => ({
  game,
  number,
  text: loud ? `GOAL ${number}` : `goal ${number}`,
  by: { __typename: 'Person', id: `p${number}` },
})

/** A subgraph that is not ours: plain GraphQL over HTTP and over graphql-transport-ws, at one address. */
async function serve(subgraph: Subgraph, port: number) {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const result = await executeSubgraph(subgraph, JSON.parse(String(Buffer.concat(chunks))), ANONYMOUS)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result))
  })
  const sockets = new WebSocketServer({ server, path: '/graphql' })
  const refuse = (text: string) => (/refused/.test(text) ? [new GraphQLError('no seats at 10.0.0.1')] : undefined)
  const listening = useServer(
    {
      schema: subgraph.schema,
      onSubscribe: (_, __, { query }) => refuse(query),
      context: ({ connectionParams, extra }) => ({ payload: connectionParams, upgrade: extra.request.headers }),
    },
    sockets,
  )
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    /** As a crash does: nobody is told. */
    async kill() {
      if (!server.listening) return
      for (const socket of sockets.clients) socket.terminate()
      server.close().closeAllConnections()
      await listening.dispose()
    },
  }
}

/** Two foreign subgraphs, of which one publishes by itself. */
export async function serveForeignStreams() {
  const subscribed: Asked[] = []
  const listeners = new Set<(game: string, number: number) => void>()
  let sockets = 0
  const resolvers = {
    people: { Person: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Name of ${id}` }) } },
    scores: {
      Subscription: {
        scored: {
          subscribe(_: unknown, asked: Asked) {
            subscribed.push({ ...asked })
            return openGoals(asked, listeners)
          },
        },
        few: {
          async *subscribe(_: unknown, { count, after }: { count: number; after: number }) {
            for (let number = after + 1; number <= after + count; number += 1) {
              await setImmediate()
              yield { few: goal('few', number) }
            }
          },
        },
        told: {
          async *subscribe(_: unknown, __: unknown, { payload, upgrade }: { payload?: object; upgrade: Record<string, string> }) {
            const { authorization, 'x-tenant': tenant } = upgrade
            yield { told: { ...goal('told', 1), text: JSON.stringify({ payload, upgrade: { authorization, tenant } }) } }
            await new Promise(() => undefined)
          },
        },
        huge: {
          async *subscribe(_: unknown, { bytes }: { bytes: number }) {
            yield { huge: { ...goal('huge', 1), text: 'x'.repeat(bytes) } }
          },
        },
      },
    },
  }
  const logger = createLogger({ service: 'test', level: 'silent' })
  const open = (name: keyof typeof SDL, port = 0) =>
    serve(
      {
        name,
        schema: buildSchema(parse(SDL[name]), resolvers[name]),
        logger,
        contextFor: () => ({}),
        ready: async () => {},
        [Symbol.asyncDispose]: async () => {},
      },
      port,
    )
  const people = await open('people')
  const openScores = async (port?: number) => {
    const opened = await open('scores', port)
    opened.sockets.on('connection', () => {
      sockets += 1
    })
    return opened
  }
  let scores = await openScores()

  return {
    supergraphSdl: composeSupergraph([
      { name: 'people', url: `http://127.0.0.1:${people.port}/graphql`, sdl: SDL.people },
      { name: 'scores', url: `http://127.0.0.1:${scores.port}/graphql`, sdl: SDL.scores },
    ]).supergraphSdl,
    /** Each subscription to `scored` that reached the subgraph. */
    subscribed,
    /** How many of them are open. */
    open: () => listeners.size,
    /** Sockets that were opened so far. */
    sockets: () => sockets,
    score(game: string, number: number) {
      for (const listener of listeners) listener(game, number)
    },
    /** Ends the subgraph that publishes. */
    kill: () => scores.kill(),
    /** Starts it again at its address. */
    async revive() {
      scores = await openScores(scores.port)
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all([people.kill(), scores.kill()])),
  }
}
