import { join } from 'node:path'
import process from 'node:process'
import { takeDown } from '@vibely/infra/down'
import { freePort } from '@vibely/infra/native/ports'
import { isAlive } from '@vibely/infra/native/process'
import { nativeProcess } from '@vibely/infra/native/server'
import { homeFolder, removeState } from '@vibely/infra/native/state'
import { bringUpServers, type Plan, type ServerUrls, serverKinds } from '@vibely/infra/servers'
import { claimFolder } from '@vibely/infra/system'
import { eventually } from '@vibely/testkit/eventually'

export const serverNames = serverKinds.map(({ native }) => native.name)
export type ServerName = (typeof serverNames)[number]

/** Four servers that belong to one test alone, so that it may kill them. Disposing stops them and removes their data. */
export interface OwnServers extends AsyncDisposable {
  readonly urls: ServerUrls
  /** `kill -9`. Resolves when the process is gone. */
  kill(name: ServerName): Promise<void>
  /** Starts what was killed, with its data and on its port. Resolves when it answers. */
  restart(): Promise<void>
}

/** Starts the servers in a folder that the next `npm test` finds and removes should this process be killed. */
export async function startOwnServers(): Promise<OwnServers> {
  const folder = join(homeFolder(), `test-${process.pid}`)
  const ports = Object.fromEntries(await Promise.all(serverNames.map(async (name) => [name, await freePort()] as const)))
  const plan: Plan = {
    folder,
    throwaway: true,
    env: { VIBELY_SERVERS: 'native' },
    portOf: ({ native }) => ports[native.name] ?? freePort(),
    step: (_title, work) => work(() => {}),
  }
  const release = claimFolder(folder)
  const dispose = async () => {
    release()
    await takeDown(folder)
    removeState(folder)
  }
  try {
    const { urls } = await bringUpServers(plan)
    return {
      urls,
      async kill(name) {
        const running = nativeProcess({ folder: join(folder, name) })
        if (!running) throw new Error(`${name} does not run`)
        process.kill(running.pid, 'SIGKILL')
        await eventually(() => !isAlive(running))
      },
      restart: async () => void (await bringUpServers(plan)),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}
