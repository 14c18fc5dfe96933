import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { launch } from '../measure/launch.ts'
import { percentile } from '../measure/numbers.ts'
import { cpuMs, rssMiB } from '../measure/process-use.ts'
import type { LiveOrder, LiveReport } from './main.ts'
import { startTarget, type Target, type TargetName } from './target.ts'

export interface LiveOptions {
  readonly redisUrl: string
  /** Of the keys in Redis; each run adds to it. */
  readonly namespace: string
  readonly targets: readonly TargetName[]
  readonly sizes: readonly number[]
  readonly rounds: number
  readonly events: number
  /** Time for memory to come to rest before it is read. */
  readonly restMs: number
  readonly cores: { readonly server: number | undefined; readonly clients: number | undefined }
  readonly say: (line: string) => void
}

/** One server with one number of subscribers. */
export interface LiveSample {
  readonly target: TargetName
  readonly subscribers: number
  readonly openSeconds: number
  readonly idleKiB: number
  readonly p50: number
  readonly p99: number
  readonly worst: number
  readonly cpuMicrosPerDelivery: number
  /** The most that the server held while events were delivered to subscribers at rest. */
  readonly eventRssMiB: number
  /** What it held when everybody was back. */
  readonly herdRssMiB: number
  /** From the loss of all connections until everybody is back and has what was missed; events that never came, or came again. */
  readonly herdSeconds: number
  readonly herdCpuMs: number
  readonly herdAttempts: number
  readonly herdLost: number
  readonly herdTwice: number
  /** Outside of the herd. */
  readonly lost: number
  readonly twice: number
  readonly broken: number
}

const AT_ONCE = 500
const MISSED = 5
const WARM_UP = { subscribers: 600, events: 200 } as const
const WITHIN_MS = 60_000

/** Measures every server with every number of subscribers, in turn. */
export async function compareLive(options: LiveOptions): Promise<LiveSample[]> {
  const samples: LiveSample[] = []
  for (let round = 1; round <= options.rounds; round++)
    for (const size of options.sizes)
      for (const target of options.targets) {
        options.say(`round ${round} of ${options.rounds}: ${target}, ${size} subscribers`)
        samples.push(await measure(target, size, { ...options, namespace: `${options.namespace}${samples.length}_` }))
      }
  return samples
}

async function measure(name: TargetName, size: number, options: LiveOptions): Promise<LiveSample> {
  const { redisUrl, namespace, cores, events, restMs } = options
  await using target = await startTarget(name, { redisUrl, namespace, core: cores.server })
  const { url, query, pid } = target
  await using clients = launchClients(cores.clients)
  await warmUp(target, clients, options)

  const before = rssMiB(pid)
  const opening = performance.now()
  await clients.tell({ kind: 'connect', url, query, count: size, atOnce: AT_ONCE })
  const openSeconds = (performance.now() - opening) / 1_000
  await delay(restMs)
  const idleKiB = ((rssMiB(pid) - before) * 1_024) / size

  let eventRssMiB = rssMiB(pid)
  const cpuBefore = cpuMs(pid)
  for (let event = 0; event < events; event++) {
    await clients.tell({ kind: 'await', number: await target.publish(), withinMs: WITHIN_MS })
    eventRssMiB = Math.max(eventRssMiB, rssMiB(pid))
  }
  const cpu = cpuMs(pid) - cpuBefore
  const live = await clients.report()
  const latencies = Float64Array.from(live.latenciesMs).sort()

  await clients.tell({ kind: 'drop' })
  await delay(restMs)
  let last = 0
  for (let event = 0; event < MISSED; event++) last = await target.publish()
  const herdCpuBefore = cpuMs(pid)
  const returning = performance.now()
  await clients.tell({ kind: 'return', atOnce: AT_ONCE })
  if (name === 'vibely') await clients.tell({ kind: 'await', number: last, withinMs: WITHIN_MS })
  const herdSeconds = (performance.now() - returning) / 1_000
  const herdCpuMs = cpuMs(pid) - herdCpuBefore
  const herdRssMiB = rssMiB(pid)
  // What nobody resends shows as a gap before the next event.
  await clients.tell({ kind: 'await', number: await target.publish(), withinMs: WITHIN_MS })
  const herd = await clients.report()
  return {
    target: name,
    subscribers: size,
    openSeconds,
    idleKiB,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    worst: latencies.at(-1) ?? 0,
    cpuMicrosPerDelivery: (cpu * 1_000) / latencies.length,
    eventRssMiB,
    herdRssMiB,
    herdSeconds,
    herdCpuMs,
    herdAttempts: herd.attempts,
    herdLost: herd.lost + (size - herd.complete),
    herdTwice: herd.twice,
    lost: live.lost + (size - live.complete),
    twice: live.twice,
    broken: live.broken + herd.broken,
  }
}

/** Cold code is two or three times slower, on both sides, and the first subscribers of a server pay for what all share. */
async function warmUp({ url, query, publish }: Target, clients: Clients, { restMs, sizes }: LiveOptions): Promise<void> {
  const count = Math.min(WARM_UP.subscribers, ...sizes)
  await clients.tell({ kind: 'connect', url, query, count, atOnce: AT_ONCE })
  for (let event = 0; event < WARM_UP.events; event++) await clients.tell({ kind: 'await', number: await publish(), withinMs: WITHIN_MS })
  await clients.tell({ kind: 'forget' })
  await delay(restMs)
}

type Clients = ReturnType<typeof launchClients>

function launchClients(core: number | undefined) {
  const launched = launch({ script: 'live/main.ts', core })
  const ended = once(launched.process, 'exit').then(() => {
    throw new Error(`the subscribers ended:\n${launched.said()}`)
  })
  ended.catch(() => undefined)
  const tell = async (order: LiveOrder): Promise<unknown> => {
    const answer = once(launched.process, 'message')
    launched.process.send(order)
    const [message] = await Promise.race([answer, ended])
    return message
  }
  return {
    tell,
    report: async () => (await tell({ kind: 'report' })) as LiveReport,
    [Symbol.asyncDispose]: () => launched[Symbol.asyncDispose](),
  }
}
