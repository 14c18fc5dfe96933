import process from 'node:process'
import { homeFolder } from '../native/state.ts'
import { Progress } from '../progress.ts'
import { developmentSecrets } from '../secrets.ts'
import { bringUpServers, developmentPort } from '../servers.ts'

/** `vibely up` */
export async function up(): Promise<void> {
  const { step } = new Progress()
  const env = { ...developmentSecrets(), ...process.env }
  const { urls } = await bringUpServers({ folder: homeFolder(), throwaway: false, lasting: true, env, portOf: developmentPort, step })
  for (const [name, value] of Object.entries(urls)) console.log(`${name}=${value}`)
}
