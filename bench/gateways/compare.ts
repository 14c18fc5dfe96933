import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { queries } from '../federation/queries.ts'
import { type LoadRequest, type LoadResult, load } from '../measure/load.ts'
import { cpuMs, hasWorked, pinSelf, rssMiB } from '../measure/process-use.ts'
import type { Contender } from './contenders.ts'
import { type RunningGateway, type RunningSubgraphs, startGateway, startSubgraphs } from './running.ts'
import { expectedAnswers, verified, type Workload } from './verify.ts'

export interface CompareOptions {
  readonly contenders: readonly Contender[]
  /** Names of workloads. */
  readonly workloads: readonly string[]
  readonly rounds: number
  /** Of CPU time of the gateway, a run. */
  readonly seconds: number
  /** The same, before the first run of each workload. */
  readonly warmUpSeconds: number
  readonly connections: number
  /** At most so many variable sets. */
  readonly variableSets: number
  readonly pin: boolean
  readonly say: (line: string) => void
}

/** One run of one gateway under one workload. */
export interface Sample extends LoadResult {
  readonly gateway: string
  readonly round: number
  readonly workload: string
  readonly cpuMsPerRequest: number
  readonly callsPerRequest: number
  readonly rssMiB: number
}

export interface Comparison {
  readonly samples: readonly Sample[]
  /** Gateways that are wrong or do not start, and how. They are not measured there. */
  readonly wrong: readonly { readonly gateway: string; readonly workload: string; readonly why: string }[]
}

interface Lane {
  readonly gateway: RunningGateway
  readonly workload: string
  readonly requests: readonly LoadRequest[]
}

/** With varying variables, and heavy once more with identical requests, which a gateway may join in flight. */
export const workloads: ReadonlyMap<string, Workload> = new Map([
  ...queries.map((one): [string, Workload] => [one.name, one]),
  ...queries
    .filter(({ name }) => name === 'heavy')
    .map(({ name, query, variables }): [string, Workload] => [`${name} identical`, { query, variables: variables.slice(0, 1) }]),
])

/** Runs all gateways side by side, a run of each in turn, and measures every run. */
export async function compareGateways(options: CompareOptions): Promise<Comparison> {
  await using stack = new AsyncDisposableStack()
  const [gatewayCore, otherCore] = options.pin && availableParallelism() > 1 && pinSelf(1) ? [0, 1] : [undefined, undefined]
  if (gatewayCore === undefined) options.say('Not pinned to cores: read the CPU times, not the rates.')
  const folder = mkdtempSync(join(tmpdir(), 'vibely-bench-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const subgraphs = stack.use(await startSubgraphs(folder, otherCore))
  const wanted = await Promise.all(options.workloads.map((name) => wantedWorkload(name, options.variableSets)))
  const wrong: Comparison['wrong'][number][] = []
  const lanes: Lane[] = []
  for (const contender of options.contenders) {
    options.say(`starting ${contender.name}`)
    try {
      const gateway = stack.use(await startGateway(contender, subgraphs.supergraph, gatewayCore))
      for (const workload of wanted) await prepare(gateway, workload)
    } catch (error) {
      wrong.push({ gateway: contender.name, workload: 'all', why: error instanceof Error ? error.message : String(error) })
    }
  }

  async function prepare(gateway: RunningGateway, { name: workload, cut, expected }: (typeof wanted)[number]): Promise<void> {
    const requests = await verified(gateway.url, cut, expected)
    if (typeof requests === 'string') wrong.push({ gateway: gateway.name, workload, why: requests })
    else lanes.push({ gateway, workload, requests })
  }

  // What is compared runs in a row: a machine is busier in one minute than in the next.
  lanes.sort((a, b) => options.workloads.indexOf(a.workload) - options.workloads.indexOf(b.workload))
  for (const lane of lanes) {
    options.say(`warming up ${lane.gateway.name}: ${lane.workload}`)
    await run(lane, options.connections, options.warmUpSeconds)
  }
  const samples: Sample[] = []
  for (let round = 1; round <= options.rounds; round++) {
    options.say(`round ${round} of ${options.rounds}`)
    for (const lane of lanes) samples.push({ round, ...(await measure(lane, subgraphs, options)) })
  }
  return { samples, wrong }
}

/** @throws Error for a name that no workload has */
async function wantedWorkload(name: string, variableSets: number) {
  const whole = workloads.get(name)
  if (!whole) throw new Error(`no workload is called ${name}; there are ${[...workloads.keys()].join(', ')}`)
  const cut = { query: whole.query, variables: whole.variables.slice(0, variableSets) }
  return { name, cut, expected: await expectedAnswers(cut) }
}

const run = ({ gateway, requests }: Lane, connections: number, seconds: number): Promise<LoadResult> =>
  load(gateway.url, requests, { connections, isEnough: hasWorked(gateway.pid, seconds) })

async function measure(lane: Lane, subgraphs: RunningSubgraphs, options: CompareOptions): Promise<Omit<Sample, 'round'>> {
  const { gateway, workload } = lane
  await subgraphs.calls()
  const before = cpuMs(gateway.pid)
  const result = await run(lane, options.connections, options.seconds)
  const cpu = cpuMs(gateway.pid) - before
  return {
    gateway: gateway.name,
    workload,
    ...result,
    cpuMsPerRequest: cpu / result.requests,
    callsPerRequest: (await subgraphs.calls()) / result.requests,
    rssMiB: rssMiB(gateway.pid),
  }
}
