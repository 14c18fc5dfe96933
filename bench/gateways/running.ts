import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { freePort } from '@vibely/infra/native/ports'
import { subgraphs, supergraphSdl } from '../federation/subgraphs.ts'
import { untilAnswers } from '../measure/answers.ts'
import { launch } from '../measure/launch.ts'
import type { Contender } from './contenders.ts'

export interface RunningGateway extends AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly pid: number
  readonly process: ChildProcess
}

export interface RunningSubgraphs extends AsyncDisposable {
  readonly supergraph: string
  /** Calls answered since the last question. */
  calls(): Promise<number>
}

/** The four subgraphs on free ports, and their supergraph in a file. */
export async function startSubgraphs(folder: string, core: number | undefined, sdlOf = supergraphSdl): Promise<RunningSubgraphs> {
  const ports = await Promise.all(subgraphs.map(() => freePort()))
  const launched = launch({ script: 'federation/main.ts', args: ports.map(String), core })
  await untilAnswers('the subgraphs', launched, `http://127.0.0.1:${ports[0]}/`)
  const supergraph = `${folder}/supergraph.graphql`
  writeFileSync(
    supergraph,
    sdlOf(Object.fromEntries(subgraphs.map(({ name }, index) => [name, `http://127.0.0.1:${ports[index]}/graphql`]))),
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
  const { script, args, flags = [], env = {} } = contender
  const launched = launch({ script, args: args(supergraph, port), flags, core, env })
  const url = `http://127.0.0.1:${port}/graphql`
  await untilAnswers(contender.name, launched, url)
  const { pid, process } = launched
  return { name: contender.name, url, pid, process, [Symbol.asyncDispose]: () => launched[Symbol.asyncDispose]() }
}
