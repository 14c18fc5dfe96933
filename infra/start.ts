// npm start: brings everything up, shows how, and takes down at the end what it started and nothing else.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { onStopRequest } from './interruption.ts'
import { migrateAll } from './migrate.ts'
import { checkout, homeFolder } from './native/state.ts'
import { run } from './native/tools.ts'
import { explain } from './problem.ts'
import type { Topology } from './processes.ts'
import { Progress } from './progress.ts'
import { developmentSecrets } from './secrets.ts'
import { seedCatalogue, seedMembers, seedRecord } from './seed.ts'
import { bringUpServers, developmentPort } from './servers.ts'
import { checkSettings } from './settings.ts'
import { claimFolder, clearTheWay, type System, startSystem } from './system.ts'
import { welcome } from './welcome.ts'

const HELP = `npm start                      servers, then the router and all subgraphs in one process
npm start -- --distributed     the router and each subgraph as a process of its own
npm start -- --no-seed         no catalogue and no demo members

Environment
  POSTGRES_URL MONGODB_URL REDIS_URL KAFKA_BROKERS         servers to use as they are; the others are started
  VIBELY_SERVERS=native                                    no Docker, even when an engine answers
  ROUTER_PORT (4000), AUTH_PORT CULTURE_PORT SOCIAL_PORT FEED_PORT (4001 to 4004, only with --distributed)
  POSTGRES_PORT (4010) MONGODB_PORT (4011) REDIS_PORT (4012) KAFKA_PORT (4013, its controller takes the next)
  VIBELY_HOME                                              folder of the local state, .vibely
  DEMO_PASSWORD                                            password of the demo members, set at the first start`

interface Options {
  readonly topology: Topology
  readonly seed: boolean
}

type Cleanup = { readonly title: string; readonly stop: () => Promise<void> }

async function main(options: Options): Promise<void> {
  const progress = new Progress()
  const cleanups: Cleanup[] = []
  const asked = onStopRequest()
  const starting = up(options, progress, cleanups)
  try {
    const system = await Promise.race([starting, asked])
    // Interrupted in the middle of the start: what is under way ends first, so that nothing appears behind our back.
    if (!system) await starting.catch(() => undefined)
    const death = system && (await Promise.race([system.died, asked]))
    if (death) throw death
  } catch (error) {
    progress.say(`\n${explain(error)}`)
    process.exitCode = 1
  }
  if (cleanups.length > 0) progress.say('\nStopping what this start brought up (Ctrl-C again forces it)')
  for (const { title, stop } of cleanups.toReversed()) {
    await progress.step(title, stop).catch((error: unknown) => progress.say(explain(error)))
  }
}

/** Every step of the start, in order. What has to be undone later is noted as soon as it is there. */
async function up({ topology, seed }: Options, progress: Progress, cleanups: Cleanup[]): Promise<System> {
  const folder = homeFolder()
  const release = claimFolder(folder)
  process.once('exit', release)
  const given: NodeJS.ProcessEnv = { ...developmentSecrets(), ...process.env }
  await Promise.all([clearTheWay({ topology, env: given, folder }), checkSettings(given)])
  progress.say('Servers')
  const { step } = progress
  const servers = await bringUpServers({ folder, throwaway: false, env: given, portOf: developmentPort, step })
  cleanups.push({ title: 'Stop the servers', stop: servers.stop })

  progress.say('Vibely')
  const env: NodeJS.ProcessEnv = { ...given, ...servers.urls }
  const namespace = env.VIBELY_NAMESPACE ?? ''
  await Promise.all([
    step('Migrate the databases, create the topics', (report) => migrateAll(servers.urls, namespace, report)),
    step('Compose the supergraph', () => run(process.execPath, ['infra/compose.ts'], { cwd: checkout })),
  ])
  const record = seedRecord(servers.urls, namespace)
  const firstStart = seed && record.read() === undefined
  if (firstStart) await step('Fill the catalogue', (report) => seedCatalogue(servers.urls, namespace, report))

  const system = await startSystem({ topology, env, folder, step })
  cleanups.push({ title: 'Stop the application', stop: system.stop })
  const demoPassword = env.DEMO_PASSWORD ?? ''
  if (firstStart && env.NODE_ENV !== 'production') {
    await step('Add the demo members', (report) => seedMembers(system.routerUrl, demoPassword, report))
    record.write(demoPassword)
  }
  progress.say(welcome({ system, urls: servers.urls, demoPassword: record.read()?.demoPassword, taken: progress.taken }))
  return system
}

try {
  const { values } = parseArgs({
    options: { distributed: { type: 'boolean' }, 'no-seed': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) console.log(HELP)
  else await main({ topology: values.distributed ? 'distributed' : 'embedded', seed: !values['no-seed'] })
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
if (process.connected) process.disconnect()
