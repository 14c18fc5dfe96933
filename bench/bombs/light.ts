import { Pool } from 'undici'
import { queries } from '../federation/queries.ts'
import { percentile } from '../measure/numbers.ts'

export interface LightResult {
  readonly lightRequests: number
  readonly lightFailures: number
  readonly lightP50: number
  readonly lightP99: number
  /** The longest that anybody waited: as long as the event loop stood still, about. */
  readonly lightMost: number
}

/** What everybody else asks meanwhile. */
export interface Light {
  /** Resolves once all have their answers. */
  stop(): Promise<LightResult>
}

const EVERY_MS = 10
const HEADERS = { 'content-type': 'application/json', accept: 'application/json' }

/** Asks one small query a hundred times a second, whether there are answers or not: who waits for the one before sees no pause. */
export function light(url: string): Light {
  const { origin, pathname: path } = new URL(url)
  const pool = new Pool(origin, { connections: 50 })
  const tiny = queries.find(({ name }) => name === 'tiny')
  const latencies: number[] = []
  let failures = 0
  const all: Promise<void>[] = []
  async function ask(turn: number): Promise<void> {
    const body = JSON.stringify({ query: tiny?.query, variables: tiny?.variables[turn % tiny.variables.length] })
    const sent = performance.now()
    try {
      const answer = await pool.request({ method: 'POST', path, body, headers: HEADERS })
      const text = await answer.body.text()
      if (!text.startsWith('{"data":{"user":{"id"')) failures += 1
    } catch {
      failures += 1
    }
    latencies.push(performance.now() - sent)
  }
  all.push(ask(0))
  const timer = setInterval(() => all.push(ask(all.length)), EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(all)
      await pool.close()
      const sorted = Float64Array.from(latencies).sort()
      return {
        lightRequests: sorted.length,
        lightFailures: failures,
        lightP50: percentile(sorted, 0.5),
        lightP99: percentile(sorted, 0.99),
        lightMost: sorted.at(-1) ?? 0,
      }
    },
  }
}
