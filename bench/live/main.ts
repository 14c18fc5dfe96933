// The subscribers of the live benchmark, in a process of their own. Does what the parent says, one thing after the other.
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { type LeanSocket, leanSocket } from './lean-socket.ts'
import { nowMicros } from './news.ts'

export type LiveOrder =
  | { readonly kind: 'connect'; readonly url: string; readonly query: string; readonly count: number; readonly atOnce: number }
  /** Waits until each has got every event up to this number, or the time is over. */
  | { readonly kind: 'await'; readonly number: number; readonly withinMs: number }
  /** Loses every connection. */
  | { readonly kind: 'drop' }
  /** Loses every connection, and nobody comes back. */
  | { readonly kind: 'forget' }
  /** Comes back with cursors. */
  | { readonly kind: 'return'; readonly atOnce: number }
  | { readonly kind: 'report' }

/** What was seen since the last report. */
export interface LiveReport {
  readonly latenciesMs: readonly number[]
  readonly lost: number
  readonly twice: number
  /** Connections that ended though nobody wanted it. */
  readonly broken: number
  /** Subscribers that have everything that was awaited. */
  readonly complete: number
  /** Attempts to connect, also those that failed. */
  readonly attempts: number
}

interface Subscriber {
  readonly address: string
  socket: LeanSocket | null
  cursor: string | null
  number: number
}

/** Servers limit the connections of one address; the loopback network has many. */
const PER_ADDRESS = 15
const RETRY_MS = 100

const subscribers: Subscriber[] = []
let target: { readonly url: URL; readonly query: string } | null = null
let seen = fresh()

function fresh() {
  return { latenciesMs: [] as number[], lost: 0, twice: 0, broken: 0, attempts: 0 }
}

/** Resolves once the subscription is live. Tries again for as long as the server refuses. */
async function connect(subscriber: Subscriber): Promise<void> {
  while (!(await attempt(subscriber))) await delay(RETRY_MS * (1 + Math.random()))
}

function attempt(subscriber: Subscriber): Promise<boolean> {
  if (!target) throw new Error('nothing to connect to')
  const { url, query } = target
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let live = false
  seen.attempts += 1
  const settle = () => {
    live = true
    resolve(true)
  }
  const socket = leanSocket(url, subscriber.address, {
    onOpen: () => socket.send({ type: 'connection_init' }),
    onText: (text) => {
      if (text.includes('"connection_ack"')) {
        socket.send({ id: '1', type: 'subscribe', payload: { query, variables: { after: subscriber.cursor } } })
        // A server that tells no phase answers this when it has read what came before it.
        socket.send({ type: 'ping' })
      } else if (text.includes('"pong"')) {
        if (!query.includes('phase')) settle()
      } else if (text.includes('"ping"')) {
        socket.send({ type: 'pong' })
      } else if (text.includes('"next"')) {
        receive(subscriber, text)
        if (text.includes('"CAUGHT_UP"')) settle()
      } else {
        socket.destroy()
      }
    },
    onClose: () => {
      if (subscriber.socket === socket) {
        subscriber.socket = null
        if (live) seen.broken += 1
      }
      resolve(false)
    },
  })
  subscriber.socket = socket
  return promise
}

function disconnect(subscriber: Subscriber): void {
  const { socket } = subscriber
  subscriber.socket = null
  socket?.destroy()
}

function receive(subscriber: Subscriber, text: string): void {
  const now = nowMicros()
  subscriber.cursor = stringAfter(text, '"cursor":"') ?? subscriber.cursor
  const sentAt = stringAfter(text, '"sentAt":"')
  if (sentAt === null) return
  const number = Number.parseInt(text.slice(text.indexOf('"number":') + 9), 10)
  if (number <= subscriber.number) {
    seen.twice += 1
    return
  }
  // The first event says where a subscriber starts.
  if (subscriber.number > 0) seen.lost += number - subscriber.number - 1
  subscriber.number = number
  seen.latenciesMs.push((now - Number(sentAt)) / 1_000)
}

function stringAfter(text: string, mark: string): string | null {
  const at = text.indexOf(mark)
  return at < 0 ? null : text.slice(at + mark.length, text.indexOf('"', at + mark.length))
}

async function connectAll(those: readonly Subscriber[], atOnce: number): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let one = those[next++]; one; one = those[next++]) await connect(one)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

let awaited = 0
const isComplete = ({ number }: Subscriber) => number >= awaited

async function obey(order: LiveOrder): Promise<object> {
  switch (order.kind) {
    case 'connect': {
      target = { url: new URL(order.url), query: order.query }
      const added = Array.from({ length: order.count }, (_, index) => newSubscriber(subscribers.length + index))
      subscribers.push(...added)
      await connectAll(added, order.atOnce)
      return {}
    }
    case 'await': {
      awaited = order.number
      const end = performance.now() + order.withinMs
      while (performance.now() < end && !subscribers.every(isComplete)) await delay(5)
      return {}
    }
    case 'drop': {
      for (const subscriber of subscribers) disconnect(subscriber)
      return {}
    }
    case 'forget': {
      for (const subscriber of subscribers.splice(0)) disconnect(subscriber)
      seen = fresh()
      return {}
    }
    case 'return':
      await connectAll(subscribers, order.atOnce)
      return {}
    case 'report': {
      const report: LiveReport = { ...seen, complete: subscribers.filter(isComplete).length }
      seen = fresh()
      return report
    }
  }
}

const newSubscriber = (index: number): Subscriber => {
  const network = Math.floor(index / PER_ADDRESS)
  return { address: `127.1.${Math.floor(network / 250)}.${(network % 250) + 1}`, socket: null, cursor: null, number: 0 }
}

let turn: Promise<unknown> = Promise.resolve()
process.on('message', (order) => {
  turn = turn.then(async () => process.send?.(await obey(order as LiveOrder)))
})
