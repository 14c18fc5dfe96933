import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { freshNamespace } from '@vibely/testkit/servers'
import { openBus } from '../src/messaging.ts'
import { logger, openTestBus } from './backbone/stand.ts'

const TOPIC = 'kit.plain.v1'
const topic = { name: TOPIC, partitions: 1, compacted: false }
const plain = (key: string) => ({ topic: TOPIC, key, value: Buffer.from(key), headers: { ce_id: key } })

describe('bus', () => {
  it('replaces a consumer that crashed for good', async () => {
    await using bus = openTestBus(freshNamespace())
    await bus.createTopics([topic])
    await bus.publish([plain('a'), plain('b')])
    const seen: string[] = []
    let crashes = 0
    await using _consumer = bus.consume({
      group: 'crashing',
      topics: [TOPIC],
      async handle({ key }) {
        if (key === 'b' && crashes++ < 1) throw new TypeError('a bug')
        seen.push(key)
        return 'done'
      },
      recovered: async () => undefined,
    })
    await eventually(() => seen.includes('b'))
    assert.deepEqual(seen, ['a', 'b'])
  })

  it('consumes a topic that comes later than the consumer', async () => {
    await using bus = openTestBus(freshNamespace())
    const seen: string[] = []
    await using _consumer = bus.consume({
      group: 'early',
      topics: [TOPIC],
      async handle({ key }) {
        seen.push(key)
        return 'done'
      },
      recovered: async () => undefined,
    })
    await bus.createTopics([topic])
    await bus.publish([plain('a')])
    await eventually(() => seen.length === 1)
  })

  it('does not end in a message of which it is told to wait', async () => {
    await using bus = openTestBus(freshNamespace())
    await bus.createTopics([topic])
    await bus.publish(['a', 'b', 'c'].map(plain))
    const seen: string[] = []
    const attempts: number[] = []
    await using _consumer = bus.consume({
      group: 'waiting',
      topics: [TOPIC],
      async handle({ key }) {
        if (key === 'b' && attempts.length < 3) return 'later'
        seen.push(key)
        return 'done'
      },
      recovered: async (attempt) => void attempts.push(attempt),
    })
    await eventually(() => seen.includes('c'))
    assert.deepEqual(seen, ['a', 'b', 'c'])
    assert.deepEqual(attempts, [1, 2, 3])
  })

  it('creates topics that are missing and leaves the others', async () => {
    await using bus = openTestBus(freshNamespace())
    await bus.createTopics([topic])
    await bus.publish([plain('a')])
    await bus.createTopics([topic, { ...topic, name: 'kit.more.v1', compacted: true }])
    assert.deepEqual(
      (await bus.readAll(TOPIC)).map(({ key, value, headers, offset }) => ({ key, value: value?.toString(), headers, offset })),
      [{ key: 'a', value: 'a', headers: { ce_id: 'a' }, offset: '0' }],
    )
    assert.deepEqual(await bus.readAll('kit.more.v1'), [])
  })

  it('starts while there is no broker', async () => {
    await using bus = openBus({ brokers: ['127.0.0.1:1'], namespace: freshNamespace(), clientId: 'alone', logger })
    const consumer = bus.consume({ group: 'alone', topics: [TOPIC], handle: async () => 'done', recovered: async () => undefined })
    await assert.rejects(bus.publish([plain('a')]))
    await consumer[Symbol.asyncDispose]()
  })
})
