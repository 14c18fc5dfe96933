import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Report } from './native/server.ts'
import { checkout } from './native/state.ts'
import { run } from './native/tools.ts'

/** A server as docker-compose.yml names it, and the port it listens on inside. */
export interface ComposeService {
  readonly service: string
  readonly innerPort: number
}

/** Whether a Docker engine answers and Compose is there. A command without an engine behind it does not count. */
export async function dockerEngineAnswers(): Promise<boolean> {
  if (!existsSync(join(checkout, 'docker-compose.yml'))) return false
  const quick = { timeout: 5_000 }
  const asked = Promise.all([
    run('docker', ['info', '--format', '{{.ServerVersion}}'], quick),
    run('docker', ['compose', 'version'], quick),
  ])
  return asked.then(
    ([version]) => version.trim() !== '',
    () => false,
  )
}

/**
 * Starts the service, waits until it is healthy, and tells where it listens. `ours` is false when it ran already.
 * @param env ports and passwords, by the names that docker-compose.yml uses
 */
export async function composeUp(
  { service, innerPort }: ComposeService,
  env: NodeJS.ProcessEnv,
  report: Report,
): Promise<{ address: string; ours: boolean }> {
  const running = await runningServices(env)
  report('starting (docker compose)')
  await compose(env, 'up', '--detach', '--wait', service)
  return { address: await published({ service, innerPort }, env), ours: !running.includes(service) }
}

/** Where those of the services listen that run. Starts none; without an engine there are none. */
export async function composeAddresses(services: readonly ComposeService[]): Promise<ReadonlyMap<string, string>> {
  if (services.length === 0 || !(await dockerEngineAnswers())) return new Map()
  const env = nothingStarted()
  const running = await runningServices(env)
  const found = services.filter(({ service }) => running.includes(service))
  return new Map(await Promise.all(found.map(async (one) => [one.service, await published(one, env)] as const)))
}

const runningServices = async (env: NodeJS.ProcessEnv): Promise<string[]> =>
  (await compose(env, 'ps', '--services', '--status', 'running')).split('\n')

async function published({ service, innerPort }: ComposeService, env: NodeJS.ProcessEnv): Promise<string> {
  const address = (await compose(env, 'port', service, String(innerPort))).trim()
  return address.replace(/^(0\.0\.0\.0|\[::\])/, '127.0.0.1')
}

/** Stops the service; its volume keeps the data. */
export const composeStop = (service: string, env: NodeJS.ProcessEnv): Promise<string> => compose(env, 'stop', service)

/**
 * Takes down the servers of `npm start` that Docker holds. Their data stays in volumes unless it is to be removed.
 * @returns the services that there were
 */
export async function composeDown({ removeData = false }: { readonly removeData?: boolean } = {}): Promise<string[]> {
  if (!(await dockerEngineAnswers())) return []
  const env = nothingStarted()
  const services = (await compose(env, 'ps', '--all', '--services')).split('\n').filter(Boolean)
  await compose(env, 'down', ...(removeData ? ['--volumes'] : []))
  return services
}

/** The file asks for a password also where nothing is started with it. */
const nothingStarted = (): NodeJS.ProcessEnv => ({ ...process.env, POSTGRES_PASSWORD: 'unused' })

/** Apart from a whole installation in Docker: that one has secrets of its own, and data that no `npm run reset` may touch. */
const PROJECT = 'vibely-development'

const compose = (env: NodeJS.ProcessEnv, ...args: readonly string[]) =>
  run('docker', ['compose', '--project-name', PROJECT, ...args], { cwd: checkout, env })
