import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  FollowGenreDocument,
  FollowUserDocument,
  HomeFeedDocument,
  NotificationReceivedDocument,
  NotificationsDocument,
  ProfileDocument,
  PublishReviewDocument,
  RenameUserDocument,
  WorkBySlugDocument,
  WorksDocument,
} from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { print } from 'graphql'
import { type Member, newMember } from './support/member.ts'
import { receive } from './support/stream.ts'
import { startTestSystem, type TestSystem, topologies } from './support/system.ts'

for (const topology of topologies) {
  describe(`a review of a real film reaches a follower's open screen (${topology})`, () => {
    let system: TestSystem
    let author: Member
    let follower: Member
    let film: { id: string; title: string; genres: readonly { id: string }[] }

    before(async () => {
      system = await startTestSystem(topology)
      author = await newMember(system.routerUrl, 'author', 'Anna Author')
      follower = await newMember(system.routerUrl, 'follower', 'Frida Follower')
      await system.settled()
      const { work } = await author.call(WorkBySlugDocument, { slug: 'inception-2010' })
      assert.ok(work)
      film = work
    })
    after(() => system?.[Symbol.asyncDispose]())

    test('the socket receives author, title and text in one event', async () => {
      await follower.call(FollowUserDocument, { input: { userId: author.id } })
      await follower.call(FollowGenreDocument, { input: { genreId: film.genres[0]!.id } })
      const client = follower.socket()
      using received = receive(client, NotificationReceivedDocument, {})
      await received.first((data) => data.notificationReceived.phase === 'CAUGHT_UP')

      await author.call(PublishReviewDocument, { input: reviewOf(film.id) })

      const { notificationReceived } = await received.first((data) => data.notificationReceived.phase === 'LIVE')
      const { notification } = notificationReceived
      assert.equal(notification?.kind, 'FRIEND_REVIEW')
      assert.match(notification.text, /Anna Author/)
      assert.match(notification.text, /Inception/)
      assert.deepEqual(
        notification.actors.map(({ displayName, status }) => ({ displayName, status })),
        [{ displayName: 'Anna Author', status: 'ACTIVE' }],
      )
      assert.equal(notification.work?.title, 'Inception')
      assert.equal(notification.subject?.title, 'A dream worth having')
      assert.equal(received.events.filter(({ errors }) => errors).length, 0)
      await client.dispose()
    })

    test('the follower has it in the feed and the list, once', async () => {
      const { homeFeed } = await follower.call(HomeFeedDocument, {})
      assert.deepEqual(
        homeFeed?.nodes.map((item) => ({ verb: item.verb, actor: item.actor.displayName, work: item.work?.title })),
        [{ verb: 'REVIEWED', actor: 'Anna Author', work: 'Inception' }],
      )
      const { notifications, unreadCounts } = await follower.call(NotificationsDocument, {})
      assert.equal(notifications?.nodes.filter(({ kind }) => kind === 'FRIEND_REVIEW').length, 1)
      assert.ok((unreadCounts?.notifications ?? 0) >= 1)
    })

    test('who comes back with the last cursor gets what was missed, once and in order', async () => {
      const device = follower.socket()
      const away = follower.socket()
      using open = receive(device, NotificationReceivedDocument, {})
      let cursor = ''
      {
        using received = receive(away, NotificationReceivedDocument, {})
        cursor = (await received.first((data) => data.notificationReceived.phase === 'CAUGHT_UP')).notificationReceived.cursor
      }
      await away.dispose()

      const { works } = await author.call(WorksDocument, { filter: { genreIds: [film.genres[0]!.id], mediaTypes: ['FILM'] } })
      const others = works!.nodes.filter(({ id }) => id !== film.id).slice(0, 2)
      // What one device has seen live is the past for the other. Reviews of different works have no order of their own, so one follows the other.
      for (const other of others) {
        await author.call(PublishReviewDocument, { input: reviewOf(other.id) })
        await open.first((data) => data.notificationReceived.notification?.work?.id === other.id)
      }

      const second = follower.socket()
      using received = receive(second, NotificationReceivedDocument, { after: cursor })
      await eventually(() => received.events.length >= 3)
      assert.deepEqual(
        received.events.map(({ data }) => [data?.notificationReceived.phase, data?.notificationReceived.notification?.work?.id]),
        [
          ['REPLAY', others[0]!.id],
          ['REPLAY', others[1]!.id],
          ['CAUGHT_UP', undefined],
        ],
      )
      await Promise.all([second.dispose(), device.dispose()])
    })

    test('what a mutation pushes belongs to its trace, from socket to socket', async () => {
      const { works } = await author.call(WorksDocument, { filter: { genreIds: [film.genres[0]!.id], mediaTypes: ['FILM'] } })
      const another = works!.nodes.filter(({ id }) => id !== film.id)[2]!
      const [screen, desk] = [follower.socket(), author.socket()]
      using received = receive(screen, NotificationReceivedDocument, {})
      await received.first((data) => data.notificationReceived.phase === 'CAUGHT_UP')
      const variables = { input: reviewOf(another.id) }
      const extensions = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` }
      const published = await desk.iterate({ query: print(PublishReviewDocument), variables, extensions }).next()
      assert.deepEqual(published.value?.errors, undefined)
      await received.first((data) => data.notificationReceived.notification?.work?.id === another.id)
      assert.match(String(received.events.at(-1)?.extensions?.traceparent), new RegExp(`^00-${TRACE}-`))
      await Promise.all([screen.dispose(), desk.dispose()])
    })

    test('after a rename every subgraph shows the new name', async () => {
      await author.call(RenameUserDocument, { input: { username: 'author_anew' } })
      await eventually(async () => {
        const { homeFeed } = await follower.call(HomeFeedDocument, {})
        assert.equal(homeFeed?.nodes[0]?.actor.username, 'author_anew', 'feed')
        const { notifications } = await follower.call(NotificationsDocument, {})
        assert.equal(notifications?.nodes[0]?.actors[0]?.username, 'author_anew', 'notifications')
        const { work } = await follower.call(WorkBySlugDocument, { slug: 'inception-2010' })
        assert.equal(work?.reviews.nodes[0]?.author.username, 'author_anew', 'culture')
        const { user } = await follower.call(ProfileDocument, { username: 'follower' })
        assert.equal(user?.username, 'follower')
        const { user: renamed } = await follower.call(ProfileDocument, { username: 'author_anew' })
        assert.equal(renamed?.followers?.nodes[0]?.username, 'follower', 'social')
      })
      // The old name leads to the new one for a while.
      const { user } = await follower.call(ProfileDocument, { username: 'author' })
      assert.equal(user?.username, 'author_anew')
    })
  })
}

const TRACE = '0af7651916cd43dd8448eb211c80319c'

const reviewOf = (workId: string) =>
  ({
    workId,
    title: 'A dream worth having',
    body: 'It folds a city over itself and still finds room for a quiet goodbye.',
    score: 90,
    containsSpoilers: false,
    visibility: 'PUBLIC',
    language: 'en',
  }) as const
