import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { servers } from '@vibely/testkit/servers'
import { openTcpProxy, type TcpProxy } from '@vibely/testkit/tcp-proxy'
import { parse } from 'graphql'
import { Redis } from 'ioredis'
import { on, startConsumers } from '../src/consumer.ts'
import { changes, changesNothing, entityChanges } from '../src/entity-changes.ts'
import { type EntityVersions, openEntityVersions, versionKeys } from '../src/entity-versions.ts'
import { event } from '../src/event.ts'
import type { Bus } from '../src/messaging.ts'
import { startRelay } from '../src/relay.ts'
import { buildSchema, executeSubgraph, type Subgraph } from '../src/subgraph.ts'
import { ANONYMOUS } from '../src/viewer.ts'
import { COUNTER_TOPIC, CounterAuditedSchema, CounterChangedSchema } from './backbone/events.ts'
import { logger, openStand, type Stand } from './backbone/stand.ts'
import { storeKinds } from './backbone/store.ts'

// The entity of these tests is the value that a counter got.
const table = entityChanges([
  changes(CounterChangedSchema, { Value: ({ value }) => [String(value)] }),
  changesNothing(CounterAuditedSchema),
])
const changed = (value: number) => [event(CounterChangedSchema, { value })]

interface Writing extends AsyncDisposable {
  readonly versions: EntityVersions
  readonly proxy: TcpProxy
  /** The version of a value; null while it has none. */
  of(value: number): Promise<string | null>
  ofType(): Promise<string | null>
}

async function openWriting({ address: { namespace } }: Stand): Promise<Writing> {
  await using stack = new AsyncDisposableStack()
  const { REDIS_URL } = servers()
  const proxy = stack.use(await openTcpProxy(REDIS_URL))
  const redis = stack.adopt(new Redis(REDIS_URL), (client) => client.disconnect())
  const redisUrl = proxy.url
  const versions = stack.use(openEntityVersions({ redisUrl, namespace, subgraph: 'kit', changes: table, logger }))
  const keys = versionKeys(namespace, 'kit')
  // The connection is open once a change has arrived.
  await eventually(async () => {
    await versions.changedBy(changed(-1))
    return (await redis.exists(keys.entity({ type: 'Value', id: '-1' }))) === 1
  })
  const owned = stack.move()
  return {
    versions,
    proxy,
    of: (value) => redis.get(keys.entity({ type: 'Value', id: String(value) })),
    ofType: () => redis.get(keys.type('Value')),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

for (const kind of storeKinds) {
  describe(`versions of entities on ${kind}`, () => {
    it('are new before the answer to the request that wrote leaves', async () => {
      await using stand = await openStand(kind)
      await using writing = await openWriting(stand)
      const subgraph: Subgraph = {
        name: 'kit',
        logger,
        schema: buildSchema(parse('type Query { a: Int } type Mutation { set(value: Int!): Int fail(value: Int!): Int }'), {
          Mutation: {
            set: (_: unknown, { value }: { value: number }) => stand.store.write('a', value),
            fail: (_: unknown, { value }: { value: number }) => stand.store.writeAndFail('a', value),
          },
        }),
        versions: writing.versions,
        contextFor: () => ({}),
        ready: async () => {},
        [Symbol.asyncDispose]: async () => {},
      }
      const run = (query: string) => executeSubgraph(subgraph, { query }, ANONYMOUS)
      const type = await writing.ofType()
      assert.equal(await writing.of(7), null)
      assert.deepEqual((await run('mutation { set(value: 7) other: set(value: 8) }')).errors, undefined)
      const first = await writing.of(7)
      assert.ok(first)
      assert.ok(await writing.of(8))
      assert.notEqual(await writing.ofType(), type)
      await run('mutation { set(value: 7) }')
      assert.notEqual(await writing.of(7), first)
      // Nobody can tell whether what failed was rolled back.
      assert.equal((await run('mutation { fail(value: 9) }')).errors?.length, 1)
      assert.ok(await writing.of(9))
    })

    it('are new before the relay publishes what a writer left behind', async () => {
      await using stand = await openStand(kind)
      await using writing = await openWriting(stand)
      // As if the writer had died right behind its commit.
      await stand.store.write('a', 7)
      assert.equal(await writing.of(7), null)
      const atPublish: (string | null)[] = []
      const bus: Bus = {
        ...stand.bus,
        async publish(messages) {
          atPublish.push(await writing.of(7))
          await stand.bus.publish(messages)
        },
      }
      await using _relay = startRelay({ outbox: stand.store.outbox, bus, versions: writing.versions, logger })
      await eventually(async () => (await stand.store.outbox.pending()).count === 0)
      assert.ok(atPublish[0])
    })

    it('are new after the effect of a consumed event, and again when it comes once more', async () => {
      await using stand = await openStand(kind)
      await using writing = await openWriting(stand)
      const applied: number[] = []
      await using _consumers = await startConsumers<unknown>({
        bus: stand.bus,
        inbox: stand.store.inbox,
        versions: writing.versions,
        logger,
        subscriptions: [
          {
            topic: COUNTER_TOPIC,
            group: 'copy',
            handlers: [
              on(CounterChangedSchema, async (_tx: unknown, { message: { value } }) => {
                assert.equal(await writing.of(value), null, 'not before the effect')
                applied.push(value)
              }),
            ],
          },
        ],
      })
      const [payload] = changed(7)
      assert.ok(payload)
      const headers = {
        ce_id: randomUUID(),
        ce_type: payload.type,
        ce_subject: 'a',
        ce_time: new Date().toISOString(),
        aggregate_version: '1',
      }
      const message = { topic: COUNTER_TOPIC, key: 'a', value: payload.payload, headers }
      await stand.bus.publish([message])
      const first = await eventually(async () => (await writing.of(7)) ?? false)
      await stand.bus.publish([message])
      await eventually(async () => (await writing.of(7)) !== first)
      assert.deepEqual(applied, [7])
    })
  })
}

describe('versions of entities', () => {
  it('that Redis did not get are made up for when it is back, and nobody waits until then', async () => {
    await using stand = await openStand('postgres')
    await using writing = await openWriting(stand)
    for (const [value, fail] of [
      [1, () => writing.proxy.cut()],
      [2, () => writing.proxy.freeze()],
    ] as const) {
      fail()
      await writing.versions.changedBy(changed(value))
      assert.equal(await writing.of(value), null)
      writing.proxy.mend()
      await eventually(async () => (await writing.of(value)) !== null)
    }
  })

  it('of a consumer need a row for every event that it handles', async () => {
    await using stand = await openStand('postgres')
    const { namespace } = stand.address
    const bare = entityChanges([changesNothing(CounterAuditedSchema)])
    await using versions = openEntityVersions({ redisUrl: servers().REDIS_URL, namespace, subgraph: 'kit', changes: bare, logger })
    const handlers = [on(CounterChangedSchema, async () => {})]
    const subscriptions = [{ topic: COUNTER_TOPIC, group: 'copy', handlers }]
    const start = startConsumers({ bus: stand.bus, inbox: stand.store.inbox, subscriptions, versions, logger })
    await assert.rejects(start, /kit\.v1\.CounterChanged stands in no row/)
  })
})
