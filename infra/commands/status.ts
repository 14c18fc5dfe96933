import process from 'node:process'
import { requireGiven } from '../given-server.ts'
import { runningProcess } from '../native/process.ts'
import { homeFolder } from '../native/state.ts'
import { processesOf } from '../processes.ts'
import { type ServerKind, serverKinds } from '../servers.ts'
import { files } from '../system.ts'
import { findServers } from './addresses.ts'

/** `vibely status` */
export async function status(): Promise<void> {
  const folder = homeFolder()
  const servers = await findServers()
  for (const kind of serverKinds) {
    const server = servers.get(kind)
    line(kind.native.title, server ? `${server.how}${await complaint(kind)}` : 'stopped')
  }
  const names = [
    ...new Set(
      Object.values(processesOf)
        .flat()
        .map(({ name }) => name),
    ),
  ]
  for (const name of names) {
    const running = runningProcess(files(folder, name).pidFile)
    if (running) line(name, `port ${running.port}, process ${running.pid}, ${await readiness(running.port)}`)
  }
  line('State', folder)
}

const line = (name: string, text: string) => console.log(`  ${name.padEnd(12)} ${text}`)

/** What is wrong with a server that the environment names; of the others `findServers` has seen that they run. */
async function complaint(kind: ServerKind): Promise<string> {
  const given = process.env[kind.variable]
  if (!given) return ''
  return requireGiven(kind, given).then(
    () => '',
    (error: Error) => `\n${' '.repeat(15)}${error.message}`,
  )
}

const readiness = (port: number): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => (response.ok ? 'ready' : `not ready: ${(await response.text()).slice(0, 200)}`),
    () => 'does not answer',
  )
