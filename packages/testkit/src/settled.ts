import { Kafka, logLevel } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { consumerBacklog, mongoBacklog, postgresBacklog } from './backlog.ts'
import { type Servers, servers } from './servers.ts'

export interface SettledOptions {
  readonly namespace: string
  /** Default: the servers of the test run. */
  readonly on?: Servers
  /** Consumer groups, without the namespace, that must have joined. A group that never joined is not waited for otherwise. */
  readonly groups?: readonly string[]
  readonly withinMs?: number
}

const PAUSE_MS = 100

/**
 * Waits until every event of the namespace has had its effect: all outboxes are empty and all consumer groups have consumed their
 * topics to the end. An effect may write further events; they are waited for too.
 * @throws at the deadline, naming what is behind
 */
export async function settled({ namespace, on = servers(), groups = [], withinMs = 30_000 }: SettledOptions): Promise<void> {
  const until = Date.now() + withinMs
  const admin = new Kafka({ brokers: on.KAFKA_BROKERS, clientId: `${namespace}settled`, logLevel: logLevel.NOTHING }).admin()
  const mongo = new MongoClient(on.MONGODB_URL)
  try {
    await admin.connect()
    for (;;) {
      const before = await consumerBacklog(admin, namespace, groups)
      const outboxes = [...(await postgresBacklog(on.POSTGRES_URL, namespace)), ...(await mongoBacklog(mongo, namespace))]
      const after = await consumerBacklog(admin, namespace, groups)
      const behind = [...outboxes, ...after.behind]
      // Topics that did not grow while the outboxes were seen empty: nothing is on its way.
      if (behind.length === 0 && before.behind.length === 0 && before.ends === after.ends) return
      if (Date.now() > until) throw new Error(`not settled within ${withinMs} ms:\n${behind.join('\n') || 'topics still grow'}`)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  } finally {
    await Promise.all([admin.disconnect(), mongo.close()])
  }
}
