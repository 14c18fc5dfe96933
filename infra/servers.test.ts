import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { freePort } from './native/ports.ts'
import { nativeProcess } from './native/server.ts'
import { Problem } from './problem.ts'
import { bringUpServers, chooseSource, type Plan } from './servers.ts'

const kafka = { variable: 'KAFKA_BROKERS' } as const

describe('the choice of a server', () => {
  it('takes a URL from the environment before all else', () => {
    assert.equal(chooseSource(kafka, { KAFKA_BROKERS: 'kafka:9092' }, true), 'environment')
  })

  it('takes Docker Compose when an engine answers', () => {
    assert.equal(chooseSource(kafka, { REDIS_URL: 'redis://elsewhere' }, true), 'docker')
  })

  it('starts a native server when none does, or when that is asked for', () => {
    assert.equal(chooseSource(kafka, {}, false), 'native')
    assert.equal(chooseSource(kafka, { VIBELY_SERVERS: 'native' }, true), 'native')
  })

  it('takes an empty variable for an absent one', () => {
    assert.equal(chooseSource(kafka, { KAFKA_BROKERS: '' }, false), 'native')
  })
})

describe('bringing up', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vibely-servers-'))
  after(() => rm(folder, { recursive: true, force: true }))
  // Whoever gives a server answers for what it is: that something listens there is all that is asked.
  const elsewhere = createServer().listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  after(() => elsewhere.close())
  const address = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  const urls = { POSTGRES_URL: `postgres://${address}`, MONGODB_URL: `mongodb://${address}`, KAFKA_BROKERS: address }
  const given = { ...urls, VIBELY_SERVERS: 'native' }
  const plan = (port: number): Plan => ({
    folder,
    throwaway: true,
    env: given,
    portOf: () => port,
    step: (_title, work) => work(() => undefined),
  })
  const redis = { folder: join(folder, 'redis') }

  it('uses what is given and stops only what it started', async () => {
    const port = await freePort()
    const servers = await bringUpServers(plan(port))
    assert.deepEqual(servers.urls, {
      ...urls,
      REDIS_URL: `redis://127.0.0.1:${port}`,
    })

    const later = await bringUpServers(plan(port))
    await later.stop()
    assert.ok(nativeProcess(redis), 'the first one still runs')
    await servers.stop()
    assert.equal(nativeProcess(redis), undefined)
  })

  it('leaves nothing running when one of them fails after the others have started', async () => {
    const port = await freePort()
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(port + 1, '127.0.0.1', resolve)) // the port of Kafka's controller
    const { KAFKA_BROKERS: _, ...env } = given
    const ports = { redis: await freePort(), kafka: port }
    const portOf: Plan['portOf'] = ({ native }) => (native.name === 'kafka' ? ports.kafka : ports.redis)
    await assert.rejects(
      bringUpServers({ ...plan(0), env, portOf }),
      (error) => error instanceof Problem && /KAFKA_PORT/.test(error.wayOut),
    )
    holder.close()
    assert.equal(nativeProcess(redis), undefined)
  })
})
