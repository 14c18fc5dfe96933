import { join } from 'node:path'
import process from 'node:process'
import { runningProcess } from '../native/process.ts'
import { nativeProcess } from '../native/server.ts'
import { homeFolder } from '../native/state.ts'
import { processesOf } from '../processes.ts'
import { serverKinds } from '../servers.ts'
import { files } from '../system.ts'

/** `vibely status` */
export async function status(): Promise<void> {
  const folder = homeFolder()
  for (const { native, variable } of serverKinds) {
    const running = nativeProcess({ folder: join(folder, native.name) })
    const state = process.env[variable] ? `given: ${process.env[variable]}` : running && `port ${running.port}, process ${running.pid}`
    line(native.title, state ?? 'stopped')
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

const readiness = (port: number): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => (response.ok ? 'ready' : `not ready: ${(await response.text()).slice(0, 200)}`),
    () => 'does not answer',
  )
