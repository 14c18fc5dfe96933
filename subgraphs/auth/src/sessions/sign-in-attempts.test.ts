import assert from 'node:assert/strict'
import process from 'node:process'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLogger } from '@vibely/kit/logger'
import { freshNamespace } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { openSignInAttempts } from './sign-in-attempts.ts'

const logger = createLogger({ service: 'auth-test', level: 'silent' })

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
