import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { kafka } from './kafka.ts'
import { mongodb } from './mongodb.ts'
import { freePort, portIsFree } from './ports.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { type NativeServer, nativeProcess, type Place, startNative, stopNative } from './server.ts'
import { cacheFolder, removeState } from './state.ts'

const root = await mkdtemp(join(tmpdir(), 'vibely-native-'))
after(() => removeState(root))

/** Writes through a real client, and reads back what an earlier start wrote. */
const memory: Record<NativeServer['name'], { write(port: number): Promise<unknown>; read(port: number): Promise<unknown> }> = {
  postgres: {
    write: (port) => onPostgres(port, 'create table note (text text); insert into note values ($$kept$$)'),
    read: async (port) => (await onPostgres(port, 'select text from note')).rows[0]?.text,
  },
  mongodb: {
    write: (port) =>
      onMongo(port, (client) =>
        client.withSession((session) =>
          session.withTransaction(() => client.db('t').collection('note').insertOne({ text: 'kept' }, { session })),
        ),
      ),
    read: (port) => onMongo(port, async (client) => (await client.db('t').collection('note').findOne())?.text),
  },
  redis: {
    write: (port) => onRedis(port, (client) => client.set('note', 'kept')),
    read: (port) => onRedis(port, (client) => client.get('note')),
  },
  kafka: {
    write: (port) => onKafka(port, (admin) => admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'kept' }] })),
    read: async (port) => (await onKafka(port, (admin) => admin.listTopics())).find((topic) => topic === 'kept'),
  },
}

for (const server of [postgres, mongodb, redis, kafka]) {
  describe(`native ${server.title}`, { timeout: 300_000 }, () => {
    const place = async (port?: number): Promise<Place> => ({
      folder: join(root, server.name),
      cache: cacheFolder(),
      port: port ?? (await freePort()),
      throwaway: false,
      report: () => undefined,
    })
    after(async () => stopNative(server, await place()))

    it('answers once started, is reused while it runs, and stops by its pid', async () => {
      const first = await place()
      const started = await startNative(server, first)
      assert.equal(started.ours, true)
      await memory[server.name].write(first.port)
      assert.deepEqual(await startNative(server, first), { ours: false, pid: started.pid })
      await stopNative(server, first)
      assert.equal(nativeProcess(first), undefined)
      assert.equal(await portIsFree(first.port), true)
    })

    it('keeps its data when it comes back on another port', async () => {
      const second = await place()
      await startNative(server, second)
      assert.equal(await memory[server.name].read(second.port), 'kept')
    })
  })
}

async function onPostgres(port: number, statements: string) {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  await client.connect()
  return client.query(statements).finally(() => client.end())
}

async function onMongo<T>(port: number, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = await new MongoClient(`mongodb://127.0.0.1:${port}/?replicaSet=rs0`).connect()
  return work(client).finally(() => client.close())
}

async function onRedis<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1')
  return work(client).finally(() => client.disconnect())
}

async function onKafka<T>(port: number, work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  return work(admin).finally(() => admin.disconnect())
}
