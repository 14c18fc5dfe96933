// npm run reset: stops what runs from this checkout and deletes its local state. Servers given by their URL are not touched.
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { composeDown } from './docker-engine.ts'
import { takeDown } from './down.ts'
import { homeFolder, outsideFolder } from './native/state.ts'
import { explain } from './problem.ts'
import { serverKinds } from './servers.ts'

/** What we put into the state folder. Nothing else is removed: VIBELY_HOME may name a folder that holds more. */
const OURS = /^(cache|logs|run|seeded|secrets\.json|test-\w+)$/
/** Without these the data on a server that stays could not be read any more. */
const BELONGS_TO_THE_DATA = /^(seeded|secrets\.json)$/

try {
  const home = homeFolder()
  const given = serverKinds.filter(({ variable }) => process.env[variable])
  const stopped = [...(await takeDown(home)), ...(await composeDown({ removeData: true }))]
  console.log(stopped.length > 0 ? `Stopped: ${stopped.join(', ')}.` : 'Nothing was running.')
  const servers = new Set<string>(serverKinds.map(({ native }) => native.name))
  const entries = existsSync(home) ? readdirSync(home) : []
  const ours = entries.filter((name) => servers.has(name) || OURS.test(name))
  const doomed = ours.filter((name) => given.length === 0 || !BELONGS_TO_THE_DATA.test(name))
  for (const path of [...doomed.map((name) => join(home, name)), outsideFolder(home)].filter((path) => existsSync(path))) {
    rmSync(path, { recursive: true, force: true })
    console.log(`Removed: ${relative(process.cwd(), path)}`)
  }
  if (existsSync(home) && readdirSync(home).length === 0) rmdirSync(home)
  for (const { variable } of given)
    console.log(`Left as it is: the server behind ${variable}. Its databases, topics and keys are not ours to delete.`)
  if (doomed.length < ours.length) console.log('Kept: the secrets that belong to the data there.')
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
if (process.connected) process.disconnect()
