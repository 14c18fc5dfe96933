import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateAll } from '@vibely/infra/migrate'
import { freePort } from '@vibely/infra/native/ports'
import { processesOf, type Topology } from '@vibely/infra/processes'
import { developmentSecrets } from '@vibely/infra/secrets'
import { seedCatalogue } from '@vibely/infra/seed'
import type { ServerUrls } from '@vibely/infra/servers'
import { type System, startSystem } from '@vibely/infra/system'
import { databaseName } from '@vibely/kit/namespace'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { settled } from '@vibely/testkit/settled'

/** The whole application on databases and topics of its own. Disposing stops it and removes them. */
export interface TestSystem extends System, AsyncDisposable {
  readonly topology: Topology
  readonly namespace: string
  /** What its processes were started with. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Name of a subgraph's database, for a look behind the API. */
  database(subgraph: string): string
  /** Waits until every event has had its effect. */
  settled(): Promise<void>
}

export interface TestSystemOptions {
  /** Servers that only this system uses: what it leaves there goes with them. Default: the servers of the test run. */
  readonly ownServers?: ServerUrls
  /** Another way to the Redis of the test run, for example one that a test can cut. */
  readonly redisUrl?: string
  /** How many works of the seed catalogue are enough. Default: all. */
  readonly works?: number
}

/** Starts router and subgraphs as `npm start` does, on free ports, with the seed catalogue and no members. */
export async function startTestSystem(topology: Topology, { ownServers, redisUrl, works }: TestSystemOptions = {}): Promise<TestSystem> {
  const namespace = freshNamespace()
  const folder = await mkdtemp(join(tmpdir(), 'vibely-test-'))
  const urls = { ...(ownServers ?? sharedServers()), ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) }
  const ports = await Promise.all(processesOf[topology].map(async ({ portVariable }) => [portVariable, String(await freePort())] as const))
  await migrateAll(urls, namespace, () => {})
  await seedCatalogue(urls, namespace, () => {}, works)
  const env = {
    ...process.env,
    ...developmentSecrets(join(folder, 'secrets.json')),
    ...urls,
    ...Object.fromEntries(ports),
    NODE_ENV: 'development',
    // All members of a test come from one address.
    COST_ANONYMOUS_BUDGET: '1000000',
    COST_SESSION_BUDGET: '1000000',
    VIBELY_NAMESPACE: namespace,
  }
  const groups = ['culture.members', 'social.members', 'feed.members', 'feed.works']
  const system = await startSystem({ topology, env, folder, step: (_title, work) => work(() => {}) })
  return {
    ...system,
    topology,
    namespace,
    env,
    settled: () => settled({ namespace, on: { ...urls, KAFKA_BROKERS: urls.KAFKA_BROKERS.split(',') }, groups, withinMs: 90_000 }),
    database: (subgraph) => databaseName(namespace, subgraph),
    async [Symbol.asyncDispose]() {
      await system.stop()
      if (!ownServers) await dropNamespace(namespace)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const topologies = ['embedded', 'distributed'] as const satisfies readonly Topology[]

function sharedServers(): ServerUrls {
  const { KAFKA_BROKERS, ...urls } = servers()
  return { ...urls, KAFKA_BROKERS: KAFKA_BROKERS.join(',') }
}
