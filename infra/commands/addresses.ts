import { join } from 'node:path'
import process from 'node:process'
import { readEnv, serviceEnv } from '@vibely/kit/env'
import { composeAddresses } from '../docker-engine.ts'
import { requireGiven } from '../given-server.ts'
import { nativeProcess } from '../native/server.ts'
import { homeFolder } from '../native/state.ts'
import { Problem } from '../problem.ts'
import { developmentSecrets } from '../secrets.ts'
import { type ServerKind, type ServerUrls, serverKinds } from '../servers.ts'

/** A server that is there, as `npm start` would find it. */
interface FoundServer {
  readonly url: string
  /** Who runs it, for the operator. */
  readonly how: string
}

/** Servers given by the environment, or running from this checkout: native ones, and those that Docker Compose holds. Starts none. */
export async function findServers(kinds: readonly ServerKind[] = serverKinds): Promise<ReadonlyMap<ServerKind, FoundServer>> {
  const found = new Map<ServerKind, FoundServer>()
  for (const kind of kinds) {
    const given = process.env[kind.variable]
    const running = nativeProcess({ folder: join(homeFolder(), kind.native.name) })
    if (given) found.set(kind, { url: given, how: `given: ${withoutPassword(given)}` })
    else if (running) found.set(kind, { url: kind.url(`127.0.0.1:${running.port}`), how: `port ${running.port}, process ${running.pid}` })
  }
  const missing = process.env.VIBELY_SERVERS === 'native' ? [] : kinds.filter((kind) => !found.has(kind))
  const addresses = await composeAddresses(missing.map(({ compose }) => compose))
  for (const kind of missing) {
    const address = addresses.get(kind.compose.service)
    if (address) found.set(kind, { url: kind.url(address, { password: password() }), how: `${address}, docker compose` })
  }
  return found
}

/**
 * The servers that a command works on.
 * @param variables which; all when none is named
 * @throws Problem that names the first which is not there, or does not answer
 */
export async function runningServers<Variable extends keyof ServerUrls>(
  ...variables: readonly Variable[]
): Promise<Pick<ServerUrls, Variable>> {
  const wanted: readonly string[] = variables
  const kinds = serverKinds.filter(({ variable }) => wanted.length === 0 || wanted.includes(variable))
  const found = await findServers(kinds)
  const addressOf = async (kind: ServerKind) => {
    const server = found.get(kind)
    if (server) {
      if (process.env[kind.variable]) await requireGiven(kind, server.url)
      return [kind.variable, server.url] as const
    }
    throw new Problem(
      `${kind.native.title} does not run from this checkout, and ${kind.variable} is not set.`,
      'Start the servers with npm run vibely -- up, or set the variable.',
    )
  }
  return Object.fromEntries(await Promise.all(kinds.map(addressOf))) as unknown as Pick<ServerUrls, Variable>
}

const withoutPassword = (url: string): string => url.replace(/^([^:]+:\/\/[^:/?#]*):[^/?#]*@/, '$1@')

// As at the start of the server.
const password = (): string => process.env.POSTGRES_PASSWORD || (developmentSecrets().POSTGRES_PASSWORD ?? '')

/** The installation that a command works on. @throws EnvError when no installation can be called so */
export const namespace = (): string => readEnv({ VIBELY_NAMESPACE: serviceEnv.VIBELY_NAMESPACE }).VIBELY_NAMESPACE
