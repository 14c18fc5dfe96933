import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { executeSubgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'
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
  const servers = world.subgraphs.map((subgraph) =>
    createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const result = await executeSubgraph(subgraph, JSON.parse(String(Buffer.concat(chunks))), ANONYMOUS)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result))
    }).listen(0, '127.0.0.1'),
  )
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [people, reviews] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
  const supergraphSdl = world.supergraphSdl
    .replace('http://people.invalid/graphql', people ?? '')
    .replace('http://reviews.invalid/graphql', reviews ?? '')
  const close = () => {
    for (const server of servers) server.close().closeAllConnections()
  }
  return { world, supergraphSdl, close, [Symbol.dispose]: close }
}
