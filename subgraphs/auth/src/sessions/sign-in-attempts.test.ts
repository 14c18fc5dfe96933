import assert from 'node:assert/strict'
import process from 'node:process'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLogger } from '@vibely/kit/logger'
import { dropRedis } from '@vibely/testkit/cleanup'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { openSignInAttempts } from './sign-in-attempts.ts'

const logger = createLogger({ service: 'auth-test', level: 'silent' })

test('the fifth failure closes a login for a second, each further one for twice as long, up to fifteen minutes', async () => {
  const namespace = freshNamespace()
  await using opened = new AsyncDisposableStack()
  opened.defer(() => dropRedis(namespace))
  const redis = opened.adopt(new Redis(servers().REDIS_URL), (client) => client.disconnect())
  const attempts = openSignInAttempts({ redis, namespace, logger })
  const now = async () => {
    const [seconds, micros] = await redis.time()
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
  }
  for (const [failures, pause] of [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900].entries()) {
    const before = await now()
    assert.equal(await attempts.begin({ login: 'gina', address: null, sessionId: null }), null)
    const after = await now()
    const [key = ''] = await redis.keys(`${namespace}sign_in:login:*`)
    const from = Number(await redis.hget(key, 'until')) - pause * 1_000
    assert.ok(before <= from && from <= after, `failure ${failures + 1}: closed for ${from + pause * 1_000 - before} ms`)
    await redis.hset(key, 'until', 0)
  }
})

test('without Redis nothing is kept of the logins that were typed, however long they are', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const away = new Redis({ lazyConnect: true, enableOfflineQueue: false, port: 1, retryStrategy: () => null }).on('error', () => {})
  const attempts = openSignInAttempts({ redis: away, namespace: freshNamespace(), logger })
  const used = () => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const before = used()
  for (let i = 0; i < 64; i += 1)
    assert.equal(await attempts.begin({ login: `${i}${'x'.repeat(1_000_000)}`, address: null, sessionId: null }), null)
  assert.ok(used() - before < 16_000_000, `${used() - before} bytes are kept of 64 MB`)
})
