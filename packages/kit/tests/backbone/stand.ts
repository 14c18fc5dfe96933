import { dropNamespace } from '@vibely/testkit/cleanup'
import { freshMongo, freshPostgres } from '@vibely/testkit/databases'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { on, startConsumers } from '../../src/consumer.ts'
import { createLogger } from '../../src/logger.ts'
import { type Bus, type Incoming, openBus } from '../../src/messaging.ts'
import { COUNTER_TOPIC, CounterChangedSchema } from './events.ts'
import type { Store, StoreAddress, StoreKind } from './store.ts'
import { openMongoStore } from './store-mongo.ts'
import { openPostgresStore } from './store-postgres.ts'

export const logger = createLogger({ service: 'kit-test', level: 'silent' })

/** Opens a store of either kind. What a transaction is differs; nobody here looks into one. */
export async function openStore({ kind, url, namespace }: StoreAddress): Promise<Store<unknown>> {
  const store = kind === 'postgres' ? openPostgresStore(url) : await openMongoStore(url, namespace)
  return store as Store<unknown>
}

export const openTestBus = (namespace: string): Bus =>
  openBus({ brokers: servers().KAFKA_BROKERS, namespace, clientId: 'kit-test', logger })

/** A database, topics and a bus of a test's own. */
export interface Stand extends AsyncDisposable {
  readonly address: StoreAddress
  readonly store: Store<unknown>
  readonly bus: Bus
}

export async function openStand(kind: StoreKind, { partitions = 3 } = {}): Promise<Stand> {
  const namespace = freshNamespace()
  await using stack = new AsyncDisposableStack()
  stack.defer(() => dropNamespace(namespace))
  const { url } =
    kind === 'postgres' ? await freshPostgres(namespace, 'kit', new URL('migrations', import.meta.url)) : freshMongo(namespace, 'kit')
  const address = { kind, url, namespace }
  const store = stack.use(await openStore(address))
  const bus = stack.use(openTestBus(namespace))
  await bus.createTopics([COUNTER_TOPIC, 'dead_letters'].map((name) => ({ name, partitions, compacted: false })))
  const opened = stack.move()
  return { address, store, bus, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** The consumer of most tests: keeps a copy of the counters. `before` runs in front of each effect. */
export const startCopying = (
  { store, bus }: { readonly store: Store<unknown>; readonly bus: Bus },
  group: string,
  before: (id: string, version: number, value: number) => void | Promise<void> = () => undefined,
): Promise<AsyncDisposable> =>
  startConsumers<unknown>({
    bus,
    inbox: store.inbox,
    logger,
    subscriptions: [
      {
        topic: COUNTER_TOPIC,
        group,
        handlers: [
          on(CounterChangedSchema, async (tx: unknown, { message, aggregateId, version }) => {
            await before(aggregateId, version, message.value)
            await store.apply(tx, group, aggregateId, version, message.deleted ? null : message.value)
          }),
        ],
      },
    ],
  })

/** The messages of the counters by their id, in the order in which a consumer gets them. */
export async function published(bus: Bus): Promise<Map<string, Incoming[]>> {
  return Map.groupBy(await bus.readAll(COUNTER_TOPIC), ({ key }) => key)
}

export const versionsOf = (messages: readonly Incoming[]): number[] => messages.map(({ headers }) => Number(headers.aggregate_version))
