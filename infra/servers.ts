import { join } from 'node:path'
import { type ComposeService, composeStop, composeUp, dockerEngineAnswers } from './docker-engine.ts'
import { requireGiven } from './given-server.ts'
import { kafka } from './native/kafka.ts'
import { mongodb } from './native/mongodb.ts'
import { postgres } from './native/postgres.ts'
import { redis } from './native/redis.ts'
import { type NativeServer, type Report, requirePlace, startNative, stopNative } from './native/server.ts'
import { cacheFolder } from './native/state.ts'

/** The addresses of the servers that Vibely runs on. Given by the environment, they are used as they are. */
export interface ServerUrls {
  readonly POSTGRES_URL: string
  readonly MONGODB_URL: string
  readonly REDIS_URL: string
  readonly KAFKA_BROKERS: string
}

export interface Servers {
  readonly urls: ServerUrls
  /** Stops those that this call started, and no other. */
  stop(): Promise<void>
}

export interface ServerKind {
  readonly native: NativeServer
  readonly variable: keyof ServerUrls
  readonly defaultPort: number
  readonly compose: ComposeService
  url(address: string, docker?: { password: string }): string
}

type Source = 'environment' | 'docker' | 'native'

/** The default ports lie beside the router's 4000, so that a PostgreSQL or Redis of the machine's own is in nobody's way. */
export const serverKinds: readonly ServerKind[] = [
  {
    native: postgres,
    variable: 'POSTGRES_URL',
    defaultPort: 4010,
    compose: { service: 'postgres', innerPort: 5432 },
    url: (address, docker) => `postgres://postgres${docker ? `:${docker.password}` : ''}@${address}`,
  },
  {
    native: mongodb,
    variable: 'MONGODB_URL',
    defaultPort: 4011,
    compose: { service: 'mongodb', innerPort: 27017 },
    // From outside the containers the member's own name does not resolve.
    url: (address, docker) => `mongodb://${address}/?${docker ? 'directConnection=true' : 'replicaSet=rs0'}`,
  },
  {
    native: redis,
    variable: 'REDIS_URL',
    defaultPort: 4012,
    compose: { service: 'redis', innerPort: 6379 },
    url: (address) => `redis://${address}`,
  },
  {
    native: kafka,
    variable: 'KAFKA_BROKERS',
    defaultPort: 4013, // and 4014 for its controller
    compose: { service: 'kafka', innerPort: 19092 },
    url: (address) => address,
  },
]

export interface Plan {
  /** The folder with one folder a server. */
  readonly folder: string
  readonly throwaway: boolean
  /** True when the servers are to go on running after this process. */
  readonly lasting?: boolean
  /** URLs of servers to use as they are; for Compose, POSTGRES_PASSWORD. */
  readonly env: NodeJS.ProcessEnv
  portOf(kind: ServerKind): number | Promise<number>
  /** Wraps the start of one server, for the person who waits. */
  step<T>(title: string, work: (report: Report) => Promise<T>): Promise<T>
}

/** Where each server comes from: a URL in the environment, else Docker Compose when an engine answers, else a native one. */
export function chooseSource({ variable }: Pick<ServerKind, 'variable'>, env: NodeJS.ProcessEnv, engineAnswers: boolean): Source {
  if (env[variable]) return 'environment'
  return engineAnswers && env.VIBELY_SERVERS !== 'native' ? 'docker' : 'native'
}

/** The port of a server in development: from its variable, or the default. */
export const developmentPort = ({ native, defaultPort }: ServerKind): number => Number(process.env[native.portVariable] || defaultPort)

/** One server, and where it is to come from. */
interface Site {
  readonly kind: ServerKind
  readonly source: Source
  readonly folder: string
  readonly port: number
}

/** A server's address; `stopOne` is there when this call started it. */
type Up = { url: string; stopOne?: () => Promise<unknown> }

/** Brings up all servers at once. If one fails, those already started are stopped again. */
export async function bringUpServers(plan: Plan): Promise<Servers> {
  const sites = await chooseSites(plan)
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    await Promise.all(stops.splice(0).map((stopOne) => stopOne()))
  }
  const results = await Promise.allSettled(
    sites.map(async (site) => {
      const { url, stopOne } = await plan.step(titleOf(site), (report) => starters[site.source](site, plan, report))
      if (stopOne) stops.push(stopOne)
      return [site.kind.variable, url] as const
    }),
  )
  const failures = results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason)
  if (failures.length > 0) {
    await stop()
    throw failures.length === 1 ? failures[0] : new AggregateError(failures)
  }
  const entries = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  return { urls: Object.fromEntries(entries) as unknown as ServerUrls, stop }
}

/** Where each server comes from. A port that is taken is told here, before anything is fetched or started. */
async function chooseSites(plan: Plan): Promise<Site[]> {
  const wantsDocker = serverKinds.some((kind) => chooseSource(kind, plan.env, true) === 'docker')
  const engineAnswers = wantsDocker && (await dockerEngineAnswers())
  const sites: Site[] = []
  for (const kind of serverKinds) {
    const source = chooseSource(kind, plan.env, engineAnswers)
    const site = { kind, source, folder: join(plan.folder, kind.native.name), port: await plan.portOf(kind) }
    if (source === 'native') await requirePlace(kind.native, site)
    sites.push(site)
  }
  return sites
}

const titleOf = ({ kind, source }: Site) =>
  source === 'environment' ? `${kind.native.title}, as ${kind.variable} says` : kind.native.title

const starters: Record<Source, (site: Site, plan: Plan, report: Report) => Promise<Up>> = {
  async environment({ kind }, { env }) {
    const url = env[kind.variable] ?? ''
    await requireGiven(kind, url)
    return { url }
  },
  async docker({ kind, port }, plan, report) {
    const env = { ...plan.env, [kind.native.portVariable]: String(port) }
    const { address, ours } = await composeUp(kind.compose, env, report)
    const url = kind.url(address, { password: env.POSTGRES_PASSWORD ?? '' })
    return { url, ...(ours && { stopOne: () => composeStop(kind.compose.service, env) }) }
  },
  async native({ kind, folder, port }, { throwaway, lasting = false }, report) {
    const place = { folder, cache: cacheFolder(), port, throwaway, lasting, report }
    const { ours } = await startNative(kind.native, place)
    return { url: kind.url(`127.0.0.1:${port}`), ...(ours && { stopOne: () => stopNative(kind.native, place) }) }
  },
}
