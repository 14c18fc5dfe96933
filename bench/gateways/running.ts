import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@vibely/infra/native/ports'
import { subgraphs, supergraphSdl } from '../federation/subgraphs.ts'
import { type Launched, launch } from '../measure/launch.ts'
import type { Contender } from './contenders.ts'

const START_MS = 60_000

export interface RunningGateway extends AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly pid: number
}

export interface RunningSubgraphs extends AsyncDisposable {
  readonly supergraph: string
  /** Calls answered since the last question. */
  calls(): Promise<number>
}

/** The four subgraphs on free ports, and their supergraph in a file. */
export async function startSubgraphs(folder: string, core: number | undefined): Promise<RunningSubgraphs> {
  const ports = await Promise.all(subgraphs.map(() => freePort()))
  const launched = launch({ script: 'federation/main.ts', args: ports.map(String), core })
  await started('the subgraphs', launched, `http://127.0.0.1:${ports[0]}/`)
  const supergraph = `${folder}/supergraph.graphql`
  writeFileSync(
    supergraph,
    supergraphSdl(Object.fromEntries(subgraphs.map(({ name }, index) => [name, `http://127.0.0.1:${ports[index]}/graphql`]))),
  )
  return {
    supergraph,
    calls() {
      const { promise, resolve } = Promise.withResolvers<number>()
      launched.process.once('message', (count) => resolve(Number(count)))
      launched.process.send('calls')
      return promise
    },
    [Symbol.asyncDispose]: () => launched[Symbol.asyncDispose](),
  }
}

/** A gateway that answers. @throws Error with its output when it does not start */
export async function startGateway(contender: Contender, supergraph: string, core: number | undefined): Promise<RunningGateway> {
  const port = await freePort()
  const { script, args, flags = [] } = contender
  const launched = launch({ script, args: args(supergraph, port), flags, core })
  const url = `http://127.0.0.1:${port}/graphql`
  await started(contender.name, launched, url)
  return { name: contender.name, url, pid: launched.pid, [Symbol.asyncDispose]: () => launched[Symbol.asyncDispose]() }
}

async function started(name: string, launched: Launched, url: string): Promise<void> {
  const end = Date.now() + START_MS
  while (!(await answers(url))) {
    if (launched.process.exitCode !== null || Date.now() > end) {
      await launched[Symbol.asyncDispose]()
      throw new Error(`${name} did not start:\n${launched.said()}`)
    }
    await delay(100)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ query: '{ __typename }' }),
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(2_000),
    })
    return 'data' in ((await answer.json()) as object)
  } catch {
    return false
  }
}
