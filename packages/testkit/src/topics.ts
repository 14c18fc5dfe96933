import { createLogger } from '@vibely/kit/logger'
import { openBus } from '@vibely/kit/messaging'
import { topics } from '@vibely/schema/topics'
import { servers } from './servers.ts'

/** Creates every topic of the system for a namespace; with few partitions, because one broker serves many tests. */
export async function createTopics(namespace: string, { partitions = 3 }: { readonly partitions?: number } = {}): Promise<void> {
  const logger = createLogger({ service: 'testkit', level: 'warn' })
  await using bus = openBus({ brokers: servers().KAFKA_BROKERS, namespace, clientId: 'testkit', logger })
  await bus.createTopics(topics.map((topic) => ({ ...topic, partitions })))
}
