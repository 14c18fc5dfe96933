import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'undici'
import type { Bomb, BombRequest } from './bombs.ts'

/** What a gateway made of one bomb. */
export interface Impact {
  readonly milliseconds: number
  /** Null when it gave no answer in time, or none at all. */
  readonly status: number | null
  readonly code: string
}

export interface Thrower extends AsyncDisposable {
  throw(request: BombRequest): Promise<Impact>
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/graphql-response+json' }

/** Throws one bomb at a time. @param patienceMs an answer is not waited for longer */
export function openThrower(url: string, patienceMs: number): Thrower {
  const { origin, pathname: path } = new URL(url)
  const limits = { headersTimeout: patienceMs, bodyTimeout: patienceMs, maxHeaderSize: 64 * 1024 }
  let client = new Client(origin, limits)
  return {
    async throw({ headers, body }) {
      const start = performance.now()
      const since = () => performance.now() - start
      try {
        const answer = await client.request({ method: 'POST', path, body, headers: { ...HEADERS, ...headers } })
        const text = await answer.body.text()
        return { milliseconds: since(), status: answer.statusCode, code: codeIn(text) }
      } catch (error) {
        // A client whose request is still under way waits for it before the next.
        await client.destroy().catch(() => {})
        client = new Client(origin, limits)
        return {
          milliseconds: since(),
          status: null,
          code: since() >= patienceMs * 0.9 ? NO_ANSWER : String((error as { code?: unknown }).code),
        }
      }
    },
    [Symbol.asyncDispose]: () => client.destroy(),
  }
}

interface Answered {
  readonly data?: unknown
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}

function codeIn(text: string): string {
  try {
    const { data, errors } = JSON.parse(text) as Answered
    return data ? 'executed' : (errors?.[0]?.extensions?.code ?? 'none')
  } catch {
    return 'not JSON'
  }
}

/** Keeps requests half sent for a while: their bodies come byte by byte. */
export async function dribble(url: string, count: number, milliseconds: number): Promise<void> {
  const { hostname, port, pathname } = new URL(url)
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`
  const sockets = Array.from({ length: count }, (): Socket => connect(Number(port), hostname))
  for (const socket of sockets) socket.on('error', () => socket.destroy()).write(head)
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    await delay(100)
    for (const socket of sockets) if (socket.writable) socket.write(' ')
  }
  for (const socket of sockets) socket.destroy()
}

/**
 * Throws a bomb again and again, at most a hundred a second, until the time is up; stops at the first that gets no answer in time.
 * @param from how many were thrown before: no two are the same
 */
export async function throwAll(thrower: Thrower, { request }: Bomb, milliseconds: number, from = 0): Promise<Impact[]> {
  const impacts: Impact[] = []
  const start = performance.now()
  for (let turn = 0; turn === 0 || performance.now() - start < milliseconds; turn++) {
    await delay(Math.max(0, start + turn * PACE_MS - performance.now()))
    const impact = await thrower.throw(request(from + turn))
    impacts.push(impact)
    if (impact.code === NO_ANSWER) break
  }
  return impacts
}

const PACE_MS = 10
export const NO_ANSWER = 'no answer'
