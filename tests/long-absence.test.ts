import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { liveKeys } from '@vibely/kit/live-channel'
import { eventually } from '@vibely/testkit/eventually'
import { servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { newFollowedAuthor } from './support/followed-author.ts'
import type { Member } from './support/member.ts'
import { publishUntilDone } from './support/publish.ts'
import { openScreen } from './support/screen.ts'
import { startTestSystem, type TestSystem, topologies } from './support/system.ts'

const PUBLISHED_MS = 30_000

for (const topology of topologies) {
  describe(`a client that was away while the stream was trimmed (${topology})`, () => {
    let system: TestSystem
    let author: Member
    let follower: Member
    let redis: Redis
    let stream: string
    let works: readonly { id: string }[]

    before(async () => {
      system = await startTestSystem(topology, { works: 300 })
      ;({ author, follower, works } = await newFollowedAuthor(system))
      await system.settled()
      redis = new Redis(servers().REDIS_URL)
      stream = liveKeys(system.namespace).stream(`notifications:${follower.id}`)
    })
    after(async () => {
      redis?.disconnect()
      await system?.[Symbol.asyncDispose]()
    })

    /** Publishes a review, and waits until its event stands in the stream. */
    async function publish(workId: string): Promise<string> {
      const before = await lastSeq()
      await publishUntilDone(system.routerUrl, author, workId, `absence-${workId}`, PUBLISHED_MS)
      await eventually(async () => (await lastSeq()) > before)
      return workId
    }
    async function lastSeq(): Promise<number> {
      const [newest] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
      return Number(newest?.[0].split('-')[0] ?? 0)
    }

    test('gets from the store what the stream does not hold any more, once and in order, and then what happens', async () => {
      const [first, ...missed] = works.slice(0, 4).map(({ id }) => id) as [string, ...string[]]
      const left = openScreen(follower)
      await eventually(() => left.caughtUp())
      await publish(first)
      await eventually(() => left.workIds.length === 1)
      left[Symbol.dispose]()
      for (const workId of missed) await publish(workId)
      await redis.xtrim(stream, 'MAXLEN', 1)
      assert.equal((await redis.xrange(stream, '-', '+')).length, 1)

      using back = openScreen(follower, left.cursor())
      await eventually(() => assert.deepEqual(back.workIds, missed))
      const next = await publish(works[4]!.id)
      await eventually(() => assert.deepEqual(back.workIds, [...missed, next]))
    })
  })
}
