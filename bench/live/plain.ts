// What one writes without a router: graphql-ws and ioredis, one process. node plain.ts PORT, REDIS_URL in the environment.
import { EventEmitter, on } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'

const schema = buildSchema(`
  type Query { topic: String }
  type Subscription { newsAdded(topic: ID!): NewsEvent! }
  type NewsEvent { number: Int  sentAt: String  title: String  text: String }`)

const redis = new Redis(process.env.REDIS_URL ?? '')
const prefix = process.env.VIBELY_NAMESPACE ?? ''
const events = new EventEmitter().setMaxListeners(0)
redis.on('message', (channel: string, message: string) => events.emit(channel, JSON.parse(message)))

async function* newsAdded({ topic }: { topic: string }) {
  for await (const [event] of on(events, `${prefix}news:${topic}`)) yield { newsAdded: event }
}

await redis.subscribe(`${prefix}news:all`)
const server = createServer((_request, response) => response.end('{"data":{}}'))
const sockets = new WebSocketServer({ server, path: '/graphql' })
useServer({ schema, roots: { subscription: { newsAdded } } }, sockets)
server.listen(Number(process.argv[2]), '127.0.0.1')
