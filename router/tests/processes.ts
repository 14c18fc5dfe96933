import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { serveForeignSubgraph } from './foreign-subgraph.ts'
import { openWorld } from './world.ts'

export const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const telemetry = import.meta.resolve('@vibely/kit/telemetry-setup')

/** A router as a process of its own. */
export interface RouterProcess extends Disposable {
  readonly child: ChildProcess
  readonly url: string
  /** What it has logged so far. */
  readonly lines: readonly string[]
}

/** Starts it and waits until it says where it listens. Disposing kills it. */
export async function start(args: readonly string[], env: Record<string, string>): Promise<RouterProcess> {
  const child = spawn(process.execPath, ['--import', telemetry, main, ...args], {
    // biome-ignore lint/style/noProcessEnv: the child gets the servers' addresses and the path as they are.
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the router ended')))
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      const said = (JSON.parse(line) as { url?: string }).url
      if (said) resolve(said)
    })
  })
  return { child, url, lines, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

/** The world's subgraphs as foreign ones: plain GraphQL over HTTP, no signature. */
export async function serveForeign() {
  const world = openWorld()
  const served = new Map(
    await Promise.all(world.subgraphs.map(async (subgraph) => [subgraph.name, await serveForeignSubgraph(subgraph)] as const)),
  )
  const supergraphSdl = [...served].reduce(
    (sdl, [name, { url }]) => sdl.replace(`http://${name}.invalid/graphql`, url),
    world.supergraphSdl,
  )
  const close = () => {
    for (const server of served.values()) void server.close()
  }
  return { world, supergraphSdl, close, [Symbol.dispose]: close }
}
