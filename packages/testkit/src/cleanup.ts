import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { onPostgres } from './databases.ts'
import { servers } from './servers.ts'

/**
 * Removes what a namespace left in PostgreSQL, MongoDB and Redis. Topics stay until their server goes: deleting one that a producer
 * has used confuses the client.
 */
export async function dropNamespace(namespace: string): Promise<void> {
  if (namespace === '') throw new Error('Only a namespace of its own can be dropped.')
  await Promise.all([dropPostgres(namespace), dropMongo(namespace), dropRedis(namespace)])
}

const dropPostgres = (namespace: string) =>
  onPostgres(async (client) => {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [namespace])
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`)
  })

async function dropMongo(namespace: string): Promise<void> {
  const client = await new MongoClient(servers().MONGODB_URL).connect()
  const { databases } = await client.db().admin().listDatabases({ nameOnly: true })
  for (const { name } of databases) if (name.startsWith(namespace)) await client.db(name).dropDatabase()
  await client.close()
}

/** Removes what a namespace left in Redis. */
export async function dropRedis(namespace: string): Promise<void> {
  const redis = new Redis(servers().REDIS_URL)
  for await (const keys of redis.scanStream({ match: `${namespace}*`, count: 1_000 })) {
    const found = keys as string[]
    if (found.length > 0) await redis.unlink(found)
  }
  redis.disconnect()
}
