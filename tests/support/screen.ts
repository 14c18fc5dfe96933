import assert from 'node:assert/strict'
import { NotificationReceivedDocument } from '@vibely/schema/operations'
import { print } from 'graphql'
import type { Member } from './member.ts'

interface Event {
  readonly notificationReceived: { cursor: string; phase: string; notification?: { work?: { id: string } } }
}

/** What a follower's open screen has been told. */
export interface Screen extends Disposable {
  /** Works of the reviews, in the order of arrival. */
  readonly workIds: readonly string[]
  caughtUp(): boolean
  /** Behind the last event; undefined before the first. */
  cursor(): string | undefined
}

/**
 * An open screen of a follower: it comes back by itself with the last cursor, as the documentation tells clients to.
 * @param after where it was before; absent: live from now on
 */
export function openScreen(member: Member, after?: string): Screen {
  const workIds: string[] = []
  let cursor = after
  let ended = false
  let caughtUp = false
  const client = member.socket()
  const listen = async () => {
    const events = client.iterate<Event>({ query: print(NotificationReceivedDocument), variables: { after: cursor } })
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
    cursor: () => cursor,
    [Symbol.dispose]() {
      ended = true
      void client.dispose()
    },
  }
}
