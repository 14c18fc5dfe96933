import { databaseName, databaseUrl } from '@vibely/kit/namespace'
import { type Admin, AssignerProtocol, type GroupDescription } from 'kafkajs'
import type { MongoClient } from 'mongodb'
import pg from 'pg'

/** Unpublished events of each PostgreSQL database of the namespace, as lines to read; empty when there are none. */
export async function postgresBacklog(serverUrl: string, namespace: string): Promise<string[]> {
  const names = await query<{ datname: string }>(
    databaseUrl(serverUrl, 'postgres'),
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [databaseName(namespace, '')],
  )
  const counts = await Promise.all(
    names.map(async ({ datname }) => {
      const url = databaseUrl(serverUrl, datname)
      const [table] = await query<{ found: boolean }>(url, "SELECT to_regclass('outbox') IS NOT NULL AS found")
      if (!table?.found) return []
      const [row] = await query<{ count: number }>(url, 'SELECT count(*)::int AS count FROM outbox WHERE published_at IS NULL')
      return row && row.count > 0 ? [`outbox of ${datname}: ${row.count} unpublished`] : []
    }),
  )
  return counts.flat()
}

async function query<Row extends object>(connectionString: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}

/** Work that waits in a MongoDB database, in the order in which one makes the next. */
const WAITING = [
  { collection: 'outbox', filter: { published: false } },
  { collection: 'announcements', filter: {} },
  { collection: 'live_events', filter: { published: false } },
]

/** Unpublished events and other work left in each MongoDB database of the namespace. */
export async function mongoBacklog(client: MongoClient, namespace: string): Promise<string[]> {
  const { databases } = await client.db().admin().listDatabases({ nameOnly: true })
  const own = databases.filter(({ name }) => name.startsWith(databaseName(namespace, '')))
  const counts = await Promise.all(
    own.map(async ({ name }) => {
      const behind: string[] = []
      for (const { collection, filter } of WAITING) {
        const count = await client.db(name).collection(collection).countDocuments(filter)
        if (count > 0) behind.push(`${collection} of ${name}: ${count} waiting`)
      }
      return behind
    }),
  )
  return counts.flat()
}

/** What the consumer groups of a namespace have not consumed, and where its topics end. */
export interface ConsumerBacklog {
  readonly behind: readonly string[]
  /** Equal before and after means that nothing was published in between. */
  readonly ends: string
}

type Offsets = Readonly<Record<string, Readonly<Record<number, { readonly low: bigint; readonly high: bigint }>>>>

async function topicOffsets(admin: Admin, namespace: string): Promise<Offsets> {
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(namespace) && !topic.startsWith('__'))
  const entries = await Promise.all(
    topics.map(async (topic) => {
      const partitions = await admin.fetchTopicOffsets(topic)
      return [
        topic,
        Object.fromEntries(partitions.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }])),
      ] as const
    }),
  )
  return Object.fromEntries(entries)
}

const subscribedTopics = ({ members }: GroupDescription): string[] =>
  members.flatMap(({ memberMetadata }) => AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [])

async function groupBacklog(admin: Admin, group: GroupDescription, offsets: Offsets): Promise<string[]> {
  const { groupId, state } = group
  if (state !== 'Stable' && state !== 'Empty') return [`group ${groupId}: ${state}`]
  const committed = new Map<string, bigint>()
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
    for (const { partition, offset } of partitions) committed.set(`${topic}/${partition}`, BigInt(offset))
  }
  const topics = new Set([...subscribedTopics(group), ...[...committed.keys()].map((place) => place.slice(0, place.lastIndexOf('/')))])
  return [...topics].flatMap((topic) =>
    Object.entries(offsets[topic] ?? {}).flatMap(([partition, { low, high }]) => {
      const reached = committed.get(`${topic}/${partition}`) ?? -1n
      const lag = high - (reached < low ? low : reached)
      return lag > 0n ? [`group ${groupId}: ${lag} behind on ${topic}/${partition}`] : []
    }),
  )
}

/** @param expected groups, without the namespace, that must have joined */
export async function consumerBacklog(admin: Admin, namespace: string, expected: readonly string[]): Promise<ConsumerBacklog> {
  const offsets = await topicOffsets(admin, namespace)
  const { groups } = await admin.listGroups()
  const names = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(namespace) && !id.startsWith(`${namespace}reader.`))
  const missing = expected.filter((group) => !names.includes(`${namespace}${group}`)).map((group) => `group ${group}: not there yet`)
  const described = names.length > 0 ? (await admin.describeGroups(names)).groups : []
  const living = described.filter(({ state }) => state !== 'Dead')
  const behind = await Promise.all(living.map((group) => groupBacklog(admin, group, offsets)))
  return {
    behind: [...missing, ...behind.flat()],
    ends: Object.entries(offsets)
      .flatMap(([topic, partitions]) => Object.entries(partitions).map(([partition, { high }]) => `${topic}/${partition}=${high}`))
      .sort()
      .join(),
  }
}
