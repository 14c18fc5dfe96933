import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openLivePublisher } from '@vibely/kit/live'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { eventually } from '@vibely/testkit/eventually'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { createClient } from 'graphql-ws'
import { Redis } from 'ioredis'
import WebSocket from 'ws'
import { serveForeign, start } from './processes.ts'
import { publishSlowly, runRouter } from './running.ts'
import { seqOf, watch } from './watch.ts'

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

/** Publishes events one by one in the background. */
test('nothing is lost when Redis ends the connections that subscribe, and nudges come again', async () => {
  const namespace = freshNamespace()
  // By its name the router's connection is told from those of others on the same server.
  await using running = await runRouter({ redisUrl: `${servers().REDIS_URL}?connectionName=${namespace}` })
  const { redis } = running
  const subscribers = async () => {
    const lines = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n')
    return lines.flatMap((line) => (line.includes(` name=${namespace} `) ? [/^id=(\d+)/.exec(line)?.[1] ?? ''] : []))
  }
  const stream = watch(running.client(await running.credentials.token()))
  await stream.event()
  const count = 300
  const publishing = publishSlowly(running.publisher, count, 'reviews:p1')
  let killed = 0
  let published = false
  const killing = (async () => {
    while (!published) {
      for (const id of await subscribers()) killed += Number(await redis.call('CLIENT', 'KILL', 'ID', id))
      await setTimeout(50)
    }
  })()
  const seen: number[] = []
  while (seen.length < count) {
    const event = await stream.event()
    assert.equal(event.phase, 'LIVE')
    seen.push(seqOf(event))
  }
  published = true
  await Promise.all([publishing, killing])
  assert.deepEqual(seen, upTo(count))
  assert.ok(killed >= 5, `${killed} connections were killed`)
  await eventually(async () => {
    const channels = (await redis.call('PUBSUB', 'CHANNELS', `${running.namespace}gateway_events:*`)) as readonly string[]
    assert.equal(channels.length, 1)
  })
  await stream.end()
})

test('nothing is lost when routers are killed: the client comes to the next one with its last cursor', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const namespace = freshNamespace()
  stack.defer(() => dropNamespace(namespace))
  const redis = stack.adopt(new Redis(servers().REDIS_URL), (connection) => connection.disconnect())
  const publisher = openLivePublisher({ redis, namespace })
  const foreign = stack.use(await serveForeign())
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, foreign.supergraphSdl)
  const startRouter = async () => {
    const env = {
      REDIS_URL: servers().REDIS_URL,
      CURSOR_SECRET: 'a secret of more than thirty-two characters',
      VIBELY_NAMESPACE: namespace,
      LOG_LEVEL: 'info',
    }
    return stack.use(await start(['--supergraph', file, '--port', '0'], env))
  }
  const query = 'subscription($after: String) { roomReview(room: "killed", after: $after) { phase cursor note review { title } } }'
  const count = 400
  let publishing: Promise<void> | undefined
  let cursor: string | null = null
  const seen: number[] = []
  while (seen.length < count) {
    const router = await startRouter()
    const client = createClient({ url: `${router.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
    const stream = watch(client, cursor, query)
    const last = Math.min(seen.length + 100, count)
    while (seen.length < last) {
      const event = await stream.event()
      cursor = event.cursor
      publishing ??= publishSlowly(publisher, count, 'room:killed')
      assert.notEqual(event.phase, 'RESYNC_REQUIRED')
      if (event.phase !== 'CAUGHT_UP') seen.push(seqOf(event))
    }
    const exited = once(router.child, 'exit')
    router.child.kill('SIGKILL')
    await exited
    await client.dispose()
  }
  await publishing
  assert.deepEqual(seen, upTo(count))
})
