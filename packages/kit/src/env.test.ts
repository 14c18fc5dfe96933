import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cursorEnv, EnvError, kafkaEnv, postgresEnv, readEnv, sealingEnv, serviceEnv } from './env.ts'

test('every problem is told at once', () => {
  const shape = { ...serviceEnv, ...postgresEnv, ...kafkaEnv, ...cursorEnv, ...sealingEnv }
  assert.throws(
    () => readEnv(shape, { NODE_ENV: 'staging', POSTGRES_URL: 'mysql://x', KAFKA_BROKERS: ' , ', SEALING_KEY: 'c2hvcnQ=' }),
    (error: unknown) => {
      assert.ok(error instanceof EnvError)
      for (const name of ['NODE_ENV', 'POSTGRES_URL', 'KAFKA_BROKERS', 'CURSOR_SECRET', 'SEALING_KEY'])
        assert.match(error.message, new RegExp(name))
      assert.match(error.message, /^ {2}CURSOR_SECRET: it is missing$/m)
      return true
    },
  )
})

test('one of several brokers that is malformed is told under the name of the setting', () => {
  assert.throws(() => readEnv(kafkaEnv, { KAFKA_BROKERS: 'a:1,kafka' }), /^ {2}KAFKA_BROKERS: host:port/m)
})

test('an empty variable counts as absent, and the result cannot be changed', () => {
  const env = readEnv({ ...serviceEnv, ...kafkaEnv }, { LOG_LEVEL: '', KAFKA_BROKERS: 'a:1, b:2' })
  assert.equal(env.LOG_LEVEL, 'info')
  assert.deepEqual(env.KAFKA_BROKERS, ['a:1', 'b:2'])
  assert.throws(() => Object.assign(env, { LOG_LEVEL: 'debug' }), TypeError)
})
