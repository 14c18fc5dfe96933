import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createLogger } from '@vibely/kit/logger'
import { eventually } from '@vibely/testkit/eventually'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { openTcpProxy } from '@vibely/testkit/tcp-proxy'
import { Redis } from 'ioredis'
import { type Buckets, fallingBack } from '../src/operations/budget.ts'
import { withCredit } from '../src/operations/budget-credit.ts'
import { memoryBuckets } from '../src/operations/budget-memory.ts'
import { redisBuckets } from '../src/operations/budget-redis.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
const namespace = freshNamespace()
const { REDIS_URL: url } = servers()
const redis = new Redis(url)
after(async () => {
  const keys = await redis.keys(`${namespace}*`)
  if (keys.length > 0) await redis.del(keys)
  redis.disconnect()
})

/** Refills too slowly to matter. */
const SLOW = { capacity: 100, refillPerSecond: 0.001 }
const round = ({ granted, remaining }: { granted: boolean; remaining: number }) => [granted, Math.round(remaining)]

const redisForCredit = redisBuckets({ url, namespace: `${namespace}c`, logger })
after(() => redisForCredit[Symbol.asyncDispose]())
const kinds: Record<string, () => Buckets & Partial<AsyncDisposable>> = {
  'in Redis': () => redisBuckets({ url, namespace, logger }),
  'in Redis, with credit': () => withCredit(redisForCredit),
  'in the process': () => memoryBuckets(),
}
for (const [kind, openBuckets] of Object.entries(kinds))
  describe(`buckets ${kind}`, () => {
    const buckets = openBuckets()
    after(() => buckets[Symbol.asyncDispose]?.())

    test('an unknown bucket is full; what is too much is not taken, and what is given back never overflows', async () => {
      assert.deepEqual(round(await buckets.take('a', SLOW, 60)), [true, 40])
      assert.deepEqual(round(await buckets.take('a', SLOW, 41)), [false, 40])
      assert.deepEqual(round(await buckets.take('a', SLOW, 40)), [true, 0])
      assert.deepEqual(round(await buckets.take('a', SLOW, -30)), [true, 30])
      assert.deepEqual(round(await buckets.take('a', SLOW, -300)), [true, 100])
      assert.deepEqual(round(await buckets.take('b', SLOW, -1)), [true, 100])
    })

    test('a bucket fills again by and by', async () => {
      const fast = { capacity: 100, refillPerSecond: 400 }
      assert.equal((await buckets.take('fast', fast, 100)).granted, true)
      assert.equal((await buckets.take('fast', fast, 50)).granted, false)
      await eventually(async () => (await buckets.take('fast', fast, 50)).granted)
    })

    test('of many who take at once so many get as fits', async () => {
      const taken = await Promise.all(Array.from({ length: 50 }, () => buckets.take('many', SLOW, 7)))
      assert.equal(taken.filter(({ granted }) => granted).length, 14)
    })
  })

test('two routers take from one bucket, which is no key once it is full', async () => {
  await using one = redisBuckets({ url, namespace, logger })
  await using two = redisBuckets({ url, namespace, logger })
  await one.take('shared', SLOW, 60)
  assert.deepEqual(round(await two.take('shared', SLOW, 60)), [false, 40])
  assert.ok((await redis.pttl(`${namespace}budget:shared`)) > 0)
  await two.take('shared', SLOW, -60)
  assert.equal(await redis.exists(`${namespace}budget:shared`), 0)
})

test('a router that holds credit hands nobody more than the bucket has, and gives back what it does not use', async () => {
  await using redisOne = redisBuckets({ url, namespace, logger })
  await using redisTwo = redisBuckets({ url, namespace, logger })
  await using one = withCredit(redisOne)
  await using two = withCredit(redisTwo)
  const taken = await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 2 ? one : two).take('held', SLOW, 3)))
  const granted = taken.filter((each) => each.granted).length
  // What one holds while the other asks is not there for it.
  assert.ok(granted >= 26 && granted <= 33, String(granted))
  await one.take('held', SLOW, -50)
  await eventually(async () => Number(await redis.hget(`${namespace}budget:held`, 'tokens')) >= 50)
})

test('of many who ask at once nobody is refused what is there, however late some answers come', async () => {
  await using shared = redisBuckets({ url, namespace, logger })
  const late = Promise.withResolvers<void>()
  await using buckets = withCredit({
    async take(...request) {
      const answer = await shared.take(...request)
      if (!answer.granted) await late.promise
      return answer
    },
  })
  const many = Array.from({ length: 60 }, () => buckets.take('gust', SLOW, 1))
  await Promise.race(many)
  const one = await buckets.take('gust', SLOW, 1)
  late.resolve()
  const taken = [one, ...(await Promise.all(many))]
  assert.equal(taken.filter(({ granted }) => granted).length, 61)
})

test('who asks often seldom waits for Redis', async () => {
  const large = { capacity: 5_000, refillPerSecond: 0.001 }
  let asked = 0
  await using shared = redisBuckets({ url, namespace, logger })
  await using buckets = withCredit({
    take(...request) {
      asked += 1
      return shared.take(...request)
    },
  })
  for (let index = 0; index < 100; index += 1) {
    assert.equal((await buckets.take('often', large, 200)).granted, true)
    await buckets.take('often', large, -190)
  }
  assert.deepEqual(round(await buckets.take('often', large, 0)), [true, 4_000])
  assert.ok(asked <= 10, String(asked))
})

test('a bucket of another installation is another one', async () => {
  await using mine = redisBuckets({ url, namespace: `${namespace}x`, logger })
  await using other = redisBuckets({ url, namespace: `${namespace}y`, logger })
  await mine.take('a', SLOW, 100)
  assert.equal((await other.take('a', SLOW, 100)).granted, true)
})

test('while Redis is frozen the process counts by itself, and no longer when it is back', async () => {
  await using proxy = await openTcpProxy(url)
  await using shared = redisBuckets({ url: proxy.url, namespace, logger })
  const buckets = fallingBack(shared, memoryBuckets(), logger)
  assert.deepEqual(round(await buckets.take('c', SLOW, 90)), [true, 10])
  proxy.freeze()
  assert.deepEqual(round(await buckets.take('c', SLOW, 70)), [true, 30])
  // It is bounded too.
  assert.deepEqual(round(await buckets.take('c', SLOW, 70)), [false, 30])
  proxy.mend()
  await eventually(async () => (await buckets.take('c', SLOW, 20)).granted === false)
})

test('a Redis that is not there at all costs nobody an answer', async () => {
  await using nowhere = redisBuckets({ url: 'redis://127.0.0.1:1', namespace, logger })
  const buckets = fallingBack(nowhere, memoryBuckets(), logger)
  assert.deepEqual(round(await buckets.take('d', SLOW, 90)), [true, 10])
  assert.deepEqual(round(await buckets.take('d', SLOW, 90)), [false, 10])
})
