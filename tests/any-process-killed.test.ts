import assert from 'node:assert/strict'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import {
  FollowGenreDocument,
  FollowUserDocument,
  HomeFeedDocument,
  NotificationReceivedDocument,
  NotificationsDocument,
  PublishReviewDocument,
  WorksDocument,
} from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { print } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { type Member, newMember, send } from './support/member.ts'
import { startTestSystem, type TestSystem, topologies } from './support/system.ts'

const RECOVERY_MS = 60_000

for (const topology of topologies) {
  describe(`kill -9 of any one process during the flow loses nothing and doubles nothing (${topology})`, () => {
    let system: TestSystem
    let author: Member
    let follower: Member
    let works: readonly { id: string }[]

    before(async () => {
      system = await startTestSystem(topology)
      author = await newMember(system.routerUrl, 'author', 'Anna Author')
      follower = await newMember(system.routerUrl, 'follower', 'Frida Follower')
      await system.settled()
      await follower.call(FollowUserDocument, { input: { userId: author.id } })
      const { works: all } = await author.call(WorksDocument, { first: 100, filter: { mediaTypes: ['FILM'] } })
      const genreId = all?.nodes.find(({ genres }) => genres.length > 0)?.genres[0]?.id
      assert.ok(genreId)
      await follower.call(FollowGenreDocument, { input: { genreId } })
      works = all!.nodes.filter(({ genres }) => genres.some(({ id }) => id === genreId))
    })
    after(() => system?.[Symbol.asyncDispose]())

    test('every review arrives once', async () => {
      const names = Object.keys(system.processes)
      const published: string[] = []
      using screen = openScreen(system.routerUrl, follower)
      await eventually(() => screen.caughtUp())
      for (const [index, name] of names.entries()) {
        const publishing = publishUntilDone(system.routerUrl, author, works[index]!.id, `kill-${name}`)
        process.kill(system.processes[name]!.pid, 'SIGKILL')
        await eventually(() => !alive(system.processes[name]!.pid))
        await system.restart(name)
        published.push(await publishing)
      }
      await eventually(() => assert.deepEqual([...screen.workIds].sort(), [...published].sort()), { withinMs: RECOVERY_MS })

      const { homeFeed } = await follower.call(HomeFeedDocument, { first: 100 })
      assert.deepEqual(homeFeed?.nodes.map(({ work }) => work?.id).sort(), [...published].sort())
      const { notifications } = await follower.call(NotificationsDocument, { first: 100 })
      const stored = notifications?.nodes.filter(({ kind }) => kind === 'FRIEND_REVIEW').map(({ work }) => work?.id)
      assert.deepEqual(stored?.sort(), [...published].sort())
    })
  })
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Publishes as a client does that tries again until it has an answer: the key makes the repeat harmless. */
async function publishUntilDone(routerUrl: string, author: Member, workId: string, idempotencyKey: string): Promise<string> {
  const input = {
    workId,
    idempotencyKey,
    title: 'Seen between two crashes',
    body: 'A film that survives its projector burning down is a good film.',
    containsSpoilers: false,
    visibility: 'PUBLIC',
  } as const
  await eventually(
    async () => {
      const { data, errors } = await send(routerUrl, PublishReviewDocument, { input }, author.accessToken)
      assert.equal(errors, undefined)
      assert.deepEqual(data?.publishReview?.userErrors, [])
    },
    { withinMs: RECOVERY_MS },
  )
  return workId
}

/** An open screen of a follower: it comes back by itself with the last cursor, as the documentation tells clients to. */
function openScreen(routerUrl: string, member: Member) {
  const workIds: string[] = []
  let cursor: string | undefined
  let ended = false
  let caughtUp = false
  const client = createClient({
    url: `${routerUrl.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${member.accessToken}` },
    retryAttempts: 0,
  })
  const listen = async () => {
    const events = client.iterate<{ notificationReceived: { cursor: string; phase: string; notification?: { work?: { id: string } } } }>({
      query: print(NotificationReceivedDocument),
      variables: { after: cursor },
    })
    for await (const { data } of events) {
      if (!data) continue
      const { notificationReceived } = data
      cursor = notificationReceived.cursor
      caughtUp = true
      assert.notEqual(notificationReceived.phase, 'RESYNC_REQUIRED')
      if (notificationReceived.notification) workIds.push(notificationReceived.notification.work?.id ?? 'no work')
    }
  }
  void (async () => {
    while (!ended) {
      await listen().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  return {
    workIds,
    caughtUp: () => caughtUp,
    [Symbol.dispose]() {
      ended = true
      void client.dispose()
    },
  }
}
