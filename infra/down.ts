import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runningProcess, stopProcess } from './native/process.ts'
import { nativeProcess, stopNative } from './native/server.ts'
import { homeFolder } from './native/state.ts'
import { serverKinds } from './servers.ts'
import { stopOrphans } from './system.ts'

/** Stops everything that runs from this checkout's state folder: the start that holds it, the application, the servers. Returns their names. */
export async function takeDown(folder = homeFolder()): Promise<string[]> {
  const starter = join(folder, 'run', 'starter.json')
  const stopped: string[] = []
  if (runningProcess(starter)) {
    await stopProcess(starter, 'SIGTERM', 60_000) // it stops what it started itself
    stopped.push('npm start')
  }
  stopped.push(...(await stopOrphans(folder)))
  for (const { native } of serverKinds) {
    const place = { folder: join(folder, native.name) }
    if (!existsSync(place.folder) || !nativeProcess(place)) continue
    await stopNative(native, place)
    stopped.push(native.title)
  }
  return stopped
}
