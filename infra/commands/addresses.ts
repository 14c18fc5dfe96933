import { join } from 'node:path'
import process from 'node:process'
import { nativeProcess } from '../native/server.ts'
import { homeFolder } from '../native/state.ts'
import { Problem } from '../problem.ts'
import { type ServerUrls, serverKinds } from '../servers.ts'

/** The servers that a command works on: given by the environment, or running from this checkout. Starts none. */
export function runningServers(): ServerUrls {
  const entries = serverKinds.map(({ native, variable, url }) => {
    const running = nativeProcess({ folder: join(homeFolder(), native.name) })
    const address = process.env[variable] || (running && url(`127.0.0.1:${running.port}`))
    if (address) return [variable, address] as const
    throw new Problem(
      `${native.title} does not run from this checkout, and ${variable} is not set.`,
      'Start the servers with npm run vibely -- up, or set the variable.',
    )
  })
  return Object.fromEntries(entries) as unknown as ServerUrls
}

export const namespace = (): string => process.env.VIBELY_NAMESPACE ?? ''
