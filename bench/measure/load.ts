import { Pool } from 'undici'
import { percentile } from './numbers.ts'

export interface LoadRequest {
  readonly body: string
  /** Bytes of the right answer; another length is a failure. */
  readonly answerBytes: number
}

export interface LoadResult {
  readonly requests: number
  readonly failures: number
  readonly seconds: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

const LOOK_MS = 20

/** Sends the requests in turn from a number of connections, each as soon as it has its answer, until it is enough. */
export async function load(
  url: string,
  requests: readonly LoadRequest[],
  { connections, isEnough }: { readonly connections: number; readonly isEnough: (elapsedMs: number) => boolean },
): Promise<LoadResult> {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections })
  const latencies: number[] = []
  let failures = 0
  let turn = 0
  const start = performance.now()
  let enough = false
  const look = setInterval(() => {
    enough = isEnough(performance.now() - start)
  }, LOOK_MS)
  async function client(): Promise<void> {
    while (!enough) {
      const request = requests[turn++ % requests.length]
      if (!request) return
      const sent = performance.now()
      const right = await send(pool, pathname, request).catch(() => false)
      latencies.push(performance.now() - sent)
      if (!right) failures += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, client)).finally(() => clearInterval(look))
  const elapsed = (performance.now() - start) / 1_000
  await pool.close()
  const sorted = Float64Array.from(latencies).sort()
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(sorted, share)) as [number, number, number]
  return { requests: sorted.length, failures, seconds: elapsed, p50, p95, p99 }
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' }

async function send(pool: Pool, path: string, { body, answerBytes }: LoadRequest): Promise<boolean> {
  const answer = await pool.request({ method: 'POST', path, body, headers: HEADERS })
  let bytes = 0
  for await (const chunk of answer.body) bytes += chunk.length
  return answer.statusCode === 200 && bytes === answerBytes
}
