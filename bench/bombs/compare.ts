import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contender } from '../gateways/contenders.ts'
import { type RunningGateway, startGateway, startSubgraphs } from '../gateways/running.ts'
import { percentile } from '../measure/numbers.ts'
import { cpuMs, pinSelf } from '../measure/process-use.ts'
import type { Bomb } from './bombs.ts'
import { costedSupergraphSdl } from './costed.ts'
import { type LightResult, light } from './light.ts'
import { dribble, type Impact, NO_ANSWER, openThrower, throwAll } from './throw.ts'

export interface BombOptions {
  readonly contenders: readonly Contender[]
  readonly bombs: readonly Bomb[]
  readonly rounds: number
  /** Of each bomb, a round. */
  readonly seconds: number
  /** Before that, not counted. */
  readonly warmUpSeconds: number
  /** An answer is not waited for longer; the gateway is started anew. */
  readonly patienceSeconds: number
  readonly pin: boolean
  readonly say: (line: string) => void
}

/** One bomb's run against one gateway. */
export interface BombSample extends LightResult {
  readonly gateway: string
  readonly bomb: string
  readonly round: number
  readonly thrown: number
  /** Of the last one. */
  readonly status: number | null
  readonly code: string
  /** Answers that were others. */
  readonly otherwise: number
  readonly p50: number
  readonly p99: number
  /** CPU time of the gateway in all, the small queries beside it included. */
  readonly cpuMs: number
  /** Calls to subgraphs for one bomb. */
  readonly callsPerBomb: number
}

/** What is measured without a bomb, and what while others send bodies byte by byte. */
export const NOTHING = 'nothing'
export const DRIBBLE = '500 bodies byte by byte'

/** Throws every bomb at every gateway, and asks small queries meanwhile. */
export async function compareBombs(options: BombOptions): Promise<readonly BombSample[]> {
  await using stack = new AsyncDisposableStack()
  const [gatewayCore, otherCore] = options.pin && availableParallelism() > 1 && pinSelf(1) ? [0, 1] : [undefined, undefined]
  const folder = mkdtempSync(join(tmpdir(), 'vibely-bombs-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const subgraphs = stack.use(await startSubgraphs(folder, otherCore, costedSupergraphSdl))
  const samples: BombSample[] = []

  async function run(gateway: RunningGateway, round: number, name: string, attack: () => Promise<readonly Impact[]>): Promise<BombSample> {
    await subgraphs.calls()
    const before = cpuMs(gateway.pid)
    const others = light(gateway.url)
    const impacts = await attack()
    const lights = await others.stop()
    const last = impacts.at(-1)
    const sorted = Float64Array.from(impacts, ({ milliseconds }) => milliseconds).sort()
    const sample = {
      gateway: gateway.name,
      bomb: name,
      round,
      thrown: impacts.length,
      status: last?.status ?? null,
      code: last?.code ?? '',
      otherwise: impacts.filter(({ code, status }) => code !== last?.code || status !== last?.status).length,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      cpuMs: cpuMs(gateway.pid) - before,
      callsPerBomb: ((await subgraphs.calls()) - lights.lightRequests) / Math.max(1, impacts.length),
      ...lights,
    }
    samples.push(sample)
    return sample
  }

  async function attacked(contender: Contender, round: number): Promise<void> {
    const start = () => startGateway(contender, subgraphs.supergraph, gatewayCore)
    let gateway = await start()
    try {
      const milliseconds = options.seconds * 1_000
      const wait = () => new Promise<readonly Impact[]>((resolve) => setTimeout(resolve, milliseconds, []))
      await run(gateway, 0, NOTHING, wait)
      samples.pop()
      await run(gateway, round, NOTHING, wait)
      await run(gateway, round, DRIBBLE, async () => {
        await dribble(gateway.url, 500, milliseconds)
        return []
      })
      for (const bomb of options.bombs) {
        const thrower = openThrower(gateway.url, options.patienceSeconds * 1_000)
        const first = await throwAll(thrower, bomb, options.warmUpSeconds * 1_000)
        const isDown = first.at(-1)?.code === NO_ANSWER
        const attack = async () => (isDown ? first : throwAll(thrower, bomb, milliseconds, first.length))
        const { code } = await run(gateway, round, bomb.name, attack).finally(() => thrower[Symbol.asyncDispose]())
        if (code !== NO_ANSWER) continue
        await gateway[Symbol.asyncDispose]()
        gateway = await start()
      }
    } finally {
      await gateway[Symbol.asyncDispose]()
    }
  }

  for (let round = 1; round <= options.rounds; round++)
    for (const contender of options.contenders) {
      options.say(`round ${round} of ${options.rounds}: ${contender.name}`)
      await attacked(contender, round)
    }
  return samples
}
