import { randomBytes } from 'node:crypto'
import { kafkaEnv, mongoEnv, postgresEnv, readEnv, redisEnv } from '@vibely/kit/env'

/** Addresses of the real servers that the tests run on. */
export type Servers = Readonly<{ POSTGRES_URL: string; MONGODB_URL: string; REDIS_URL: string; KAFKA_BROKERS: string[] }>

/** The servers that `npm test` started or was given. @throws EnvError outside of it */
export const servers = (): Servers => readEnv({ ...postgresEnv, ...mongoEnv, ...redisEnv, ...kafkaEnv })

/** A namespace that nobody else uses: own databases, topics, groups and keys on the shared servers. */
export const freshNamespace = (): string => `t${randomBytes(5).toString('hex')}_`
