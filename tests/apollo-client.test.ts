import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client/core'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import {
  FollowGenreDocument,
  FollowUserDocument,
  NotificationReceivedDocument,
  PublishReviewDocument,
  ViewerDocument,
  WorksDocument,
} from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { OperationTypeNode } from 'graphql'
import { newMember } from './support/member.ts'
import { startTestSystem, type TestSystem } from './support/system.ts'

describe('Apollo Client', () => {
  let system: TestSystem
  before(async () => {
    system = await startTestSystem('embedded', { works: 300 })
  })
  after(() => system?.[Symbol.asyncDispose]())

  test('queries, mutates and subscribes with typed documents', async () => {
    const author = await newMember(system.routerUrl, 'author', 'Anna Author')
    const follower = await newMember(system.routerUrl, 'follower', 'Frida Follower')
    await system.settled()
    const socket = follower.socket()
    const http = new HttpLink({ uri: `${system.routerUrl}/graphql`, headers: { authorization: `Bearer ${follower.accessToken}` } })
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, new GraphQLWsLink(socket), http),
    })

    const { data } = await client.query({ query: ViewerDocument })
    assert.equal(data?.viewer?.user.username, 'follower')

    const { data: catalogue } = await client.query({ query: WorksDocument, variables: { first: 80 } })
    const work = catalogue?.works?.nodes.find(({ genres }) => genres.length > 0)
    assert.ok(work)
    const { data: followed } = await client.mutate({ mutation: FollowUserDocument, variables: { input: { userId: author.id } } })
    assert.deepEqual(followed?.followUser?.userErrors, [])
    const { data: interested } = await client.mutate({
      mutation: FollowGenreDocument,
      variables: { input: { genreId: work.genres[0]!.id } },
    })
    assert.deepEqual(interested?.followGenre?.userErrors, [])

    const received: string[] = []
    const subscription = client.subscribe({ query: NotificationReceivedDocument }).subscribe({
      next: ({ data: event, error }) =>
        received.push(
          error?.message ?? event?.notificationReceived.notification?.actors[0]?.displayName ?? event?.notificationReceived.phase ?? '',
        ),
    })
    const receives = (what: string) => eventually(() => assert.ok(received.includes(what), `${what} is not among: ${received.join(', ')}`))
    await receives('CAUGHT_UP')
    await author.call(PublishReviewDocument, {
      input: { workId: work.id, body: 'Short of perfect, and better for it, I would say.', containsSpoilers: false, visibility: 'PUBLIC' },
    })
    await receives('Anna Author')
    assert.deepEqual(received, ['CAUGHT_UP', 'Anna Author'])
    subscription.unsubscribe()
    client.stop()
    await socket.dispose()
  })
})
