import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { eventually } from '@vibely/testkit/eventually'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { openTcpProxy, type TcpProxy } from '@vibely/testkit/tcp-proxy'
import { Redis } from 'ioredis'
import { type LiveEvent, type LiveHead, openLivePublisher, openLiveReader } from '../src/live.ts'

const CHANNEL = 'notifications:user_1'
const made = (seq: number, epoch = 'one'): LiveEvent => ({ channel: CHANNEL, seq, epoch, data: `event ${seq}` })
const seqs = (events: readonly LiveEvent[]) => events.map(({ seq }) => seq)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

interface Live extends AsyncDisposable {
  readonly namespace: string
  readonly redis: Redis
  readonly proxy: TcpProxy
  readonly publisher: ReturnType<typeof openLivePublisher>
  readonly reader: ReturnType<typeof openLiveReader>
}

/** A publisher with a straight way to Redis and a reader whose way can be cut. */
async function openLive(): Promise<Live> {
  const stack = new AsyncDisposableStack()
  const namespace = freshNamespace()
  stack.defer(() => dropNamespace(namespace))
  const { hostname, port } = new URL(servers().REDIS_URL)
  const proxy = stack.use(await openTcpProxy(servers().REDIS_URL))
  const open = (port: number, host: string) => {
    const redis = stack.adopt(new Redis(port, host, { retryStrategy: () => 50 }), (connection) => connection.disconnect())
    redis.on('error', () => undefined)
    return redis
  }
  const redis = open(Number(port), hostname)
  const reader = stack.use(
    openLiveReader({ redis: open(proxy.port, '127.0.0.1'), subscriber: open(proxy.port, '127.0.0.1'), namespace, instanceId: 'router-1' }),
  )
  return {
    namespace,
    redis,
    proxy,
    publisher: openLivePublisher({ redis, namespace }),
    reader,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

describe('live channels', () => {
  it('hand over from backlog to live without a hole or a repeat', async () => {
    await using live = await openLive()
    const { publisher, reader } = live
    const writing = (async () => {
      for (let seq = 1; seq <= 300; seq += 1) await publisher.publish(made(seq))
    })()
    await eventually(async () => (await reader.head(CHANNEL)).seq > 20)
    const got: number[] = []
    const listening = await reader.listen(CHANNEL, ({ seq }) => void got.push(seq))
    const backlog = (await reader.range(CHANNEL, 0)).filter(({ seq }) => seq <= listening.head.seq)
    await writing
    await eventually(() => got.at(-1) === 300)
    assert.deepEqual([...seqs(backlog), ...got], range(1, 300))
    await listening[Symbol.asyncDispose]()
  })

  it('refuse repeats: the same events published twice at once come once', async () => {
    await using live = await openLive()
    const { publisher, reader } = live
    const got: LiveEvent[] = []
    await using _listening = await reader.listen(CHANNEL, (event) => void got.push(event))
    await Promise.all([publisher.publish(made(1), made(2)), publisher.publish(made(1), made(2)), publisher.publish(made(2))])
    await publisher.publish(made(3))
    await eventually(() => got.length >= 3)
    assert.deepEqual(got, [made(1), made(2), made(3)])
  })

  it('lose nothing while the connection of the reader is cut again and again', async () => {
    await using live = await openLive()
    const { publisher, reader, proxy } = live
    const got: number[] = []
    const other: number[] = []
    await using _one = await reader.listen(CHANNEL, ({ seq }) => void got.push(seq))
    await using _two = await reader.listen(CHANNEL, ({ seq }) => void other.push(seq))
    for (let seq = 1; seq <= 200; seq += 1) {
      await publisher.publish(made(seq))
      if (seq % 50 === 20) proxy.cut()
      if (seq % 50 === 40) proxy.mend()
    }
    proxy.mend()
    await eventually(() => got.length >= 200 && other.length >= 200)
    assert.deepEqual(got, range(1, 200))
    assert.deepEqual(other, range(1, 200))
  })

  it('deliver without a nudge', async () => {
    await using live = await openLive()
    const { publisher, reader, redis, namespace } = live
    const got: number[] = []
    await using _listening = await reader.listen(CHANNEL, ({ seq }) => void got.push(seq))
    await redis.del(`${namespace}live_instances:${CHANNEL}`)
    await publisher.publish(made(1))
    await eventually(() => got.length === 1)
  })

  it('catch up with the store in order, from several callers at once and after Redis lost everything', async () => {
    await using live = await openLive()
    const { publisher, reader, redis, namespace } = live
    const store: LiveEvent[] = []
    const load = async (after: number, limit: number) => store.filter(({ seq }) => seq > after).slice(0, limit)
    const got: number[] = []
    await using _listening = await reader.listen(CHANNEL, ({ seq }) => void got.push(seq))
    const commit = async (seq: number) => {
      store.push(made(seq))
      await publisher.catchUp(CHANNEL, load)
    }
    await Promise.all(range(1, 40).map(commit))
    await redis.del(`${namespace}live:${CHANNEL}`)
    await Promise.all(range(41, 60).map(commit))
    await eventually(() => got.at(-1) === 60)
    assert.deepEqual(got, range(1, 60))
    assert.deepEqual(seqs(await reader.range(CHANNEL, 0)), range(1, 60))
  })

  it('say so when events are missing or the numbers start anew', async () => {
    await using live = await openLive()
    const { publisher, reader, redis, namespace } = live
    const heard: (number | LiveHead)[] = []
    await publisher.publish(made(1))
    await using _listening = await reader.listen(CHANNEL, {
      onEvent: ({ seq }) => void heard.push(seq),
      onReset: (head) => void heard.push(head),
    })
    await publisher.publish(made(2))
    await eventually(() => heard.length === 1)
    await publisher.publish(made(5))
    await eventually(() => heard.length === 3)
    await redis.del(`${namespace}live:${CHANNEL}`)
    await publisher.publish(made(1, 'two'))
    await eventually(() => heard.length === 4)
    await publisher.publish(made(2, 'two'))
    await eventually(() => heard.length === 5)
    assert.deepEqual(heard, [2, { seq: 4, epoch: 'one' }, 5, { seq: 1, epoch: 'two' }, 2])
  })

  it('forget an instance that is gone', async () => {
    await using live = await openLive()
    const { publisher, reader, redis, namespace } = live
    const instances = `${namespace}live_instances:${CHANNEL}`
    const listening = await reader.listen(CHANNEL, () => undefined)
    await redis.sadd(instances, 'dead-router')
    await publisher.publish(made(1))
    assert.deepEqual(await redis.smembers(instances), ['router-1'])
    await listening[Symbol.asyncDispose]()
    // For a while it is followed on: who comes back at once finds it open.
    const again = await reader.listen(CHANNEL, () => undefined)
    assert.deepEqual(await redis.smembers(instances), ['router-1'])
    await again[Symbol.asyncDispose]()
    await eventually(async () => assert.deepEqual(await redis.smembers(instances), []))
  })

  it('listen again after the first subscription failed', async () => {
    await using live = await openLive()
    const { publisher, proxy } = live
    const { hostname, port } = new URL(servers().REDIS_URL)
    await using stack = new AsyncDisposableStack()
    const open = (port: number, host: string, retries: number) => {
      const redis = stack.adopt(new Redis(port, host, { retryStrategy: () => 50, maxRetriesPerRequest: retries }), (one) =>
        one.disconnect(),
      )
      redis.on('error', () => undefined)
      return redis
    }
    proxy.cut()
    const reader = stack.use(
      openLiveReader({
        redis: open(Number(port), hostname, 20),
        subscriber: open(proxy.port, '127.0.0.1', 0),
        namespace: live.namespace,
        instanceId: 'router-2',
      }),
    )
    await assert.rejects(reader.listen(CHANNEL, () => undefined))
    proxy.mend()
    const got: number[] = []
    stack.use(await eventually(() => reader.listen(CHANNEL, ({ seq }) => void got.push(seq))))
    await publisher.publish(made(1))
    await eventually(() => got.length === 1)
  })
})
