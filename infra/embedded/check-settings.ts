// Says what is wrong with the application's settings, before the servers are there that it is to run on.
import { EnvError, readEnv } from '@vibely/kit/env'
import { applicationEnv } from './settings.ts'

const TO_COME = {
  POSTGRES_URL: 'postgres://to.come',
  MONGODB_URL: 'mongodb://to.come',
  REDIS_URL: 'redis://to.come',
  KAFKA_BROKERS: 'to.come:9092',
}

try {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
  readEnv(applicationEnv, { ...TO_COME, ...given })
} catch (error) {
  if (!(error instanceof EnvError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
