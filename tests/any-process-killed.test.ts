import assert from 'node:assert/strict'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { HomeFeedDocument, NotificationsDocument } from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { newFollowedAuthor } from './support/followed-author.ts'
import type { Member } from './support/member.ts'
import { publishUntilDone } from './support/publish.ts'
import { openScreen } from './support/screen.ts'
import { startTestSystem, type TestSystem, topologies } from './support/system.ts'

const RECOVERY_MS = 60_000

for (const topology of topologies) {
  describe(`kill -9 of any one process during the flow loses nothing and doubles nothing (${topology})`, () => {
    let system: TestSystem
    let author: Member
    let follower: Member
    let works: readonly { id: string }[]

    before(async () => {
      system = await startTestSystem(topology, { works: 300 })
      ;({ author, follower, works } = await newFollowedAuthor(system))
    })
    after(() => system?.[Symbol.asyncDispose]())

    test('every review arrives once', async () => {
      const names = Object.keys(system.processes)
      const published: string[] = []
      using screen = openScreen(follower)
      await eventually(() => screen.caughtUp())
      for (const [index, name] of names.entries()) {
        const publishing = publishUntilDone(system.routerUrl, author, works[index]!.id, `kill-${name}`, RECOVERY_MS)
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
