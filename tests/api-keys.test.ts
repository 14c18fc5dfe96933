import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  ApiKeysDocument,
  CreateApiKeyDocument,
  NotificationReceivedDocument,
  NotificationsDocument,
  RevokeApiKeyDocument,
  ViewerDocument,
} from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { print } from 'graphql'
import { call, type Member, newMember, send, socketOf } from './support/member.ts'
import { receive } from './support/stream.ts'
import { startTestSystem, type TestSystem, topologies } from './support/system.ts'

const FORBIDDEN = 4403
/** Revoked keys end within five seconds. */
const ENDED = { withinMs: 5_000 }

for (const topology of topologies) {
  describe(`API keys (${topology})`, () => {
    let system: TestSystem
    let member: Member

    before(async () => {
      system = await startTestSystem(topology, { works: 30 })
      member = await newMember(system.routerUrl, 'scripter', 'Sara Scripter')
    })
    after(() => system?.[Symbol.asyncDispose]())

    async function newKey() {
      const { createApiKey } = await member.call(CreateApiKeyDocument, {
        input: { label: 'my script', scopes: ['NOTIFICATIONS_READ', 'LIBRARY_READ'] },
      })
      assert.ok(createApiKey?.apiKey && createApiKey.secret)
      return { id: createApiKey.apiKey.id, secret: createApiKey.secret }
    }

    /** An open socket of the key, and the code that it will close with. */
    function openSocket(secret: string) {
      const client = socketOf(system.routerUrl, secret)
      const closed = new Promise<number>((resolve) => client.on('closed', (event) => resolve((event as { code: number }).code)))
      return { client, closed }
    }

    test('a key does what its scopes allow, and the rest of an answer is refused field by field', async () => {
      const { secret } = await newKey()
      const { notifications } = await call(system.routerUrl, NotificationsDocument, {}, secret)
      assert.deepEqual(notifications?.nodes, [])

      const { data, errors } = await send(system.routerUrl, ViewerDocument, {}, secret)
      assert.equal(data?.viewer?.user.id, member.id)
      assert.deepEqual([data.viewer.emailVerified, data.viewer.email], [true, null])
      assert.deepEqual(
        errors?.map(({ path, extensions }) => [path, extensions?.code, extensions?.requiredScopes]),
        [[['viewer', 'email'], 'INSUFFICIENT_SCOPE', [['account:read']]]],
      )
    })

    test('a key does not manage keys', async () => {
      const { id, secret } = await newKey()
      const listed = await send(system.routerUrl, ApiKeysDocument, {}, secret)
      const made = await send(system.routerUrl, CreateApiKeyDocument, { input: { label: 'more', scopes: ['LIBRARY_READ'] } }, secret)
      const revoked = await send(system.routerUrl, RevokeApiKeyDocument, { input: { apiKeyId: id } }, secret)
      assert.deepEqual(
        [listed, made, revoked].map(({ errors }) => errors?.map(({ extensions }) => extensions?.code)),
        [['FORBIDDEN'], ['FORBIDDEN'], ['FORBIDDEN']],
      )
    })

    test('a key opens sockets, and all that it opened ends when it is revoked', async () => {
      const { id, secret } = await newKey()
      const { client, closed } = openSocket(secret)
      using received = receive(client, NotificationReceivedDocument, {})
      await received.first(({ notificationReceived }) => notificationReceived.phase === 'CAUGHT_UP')
      const answers = client.iterate<{ viewer: { user: { id: string } } }>({ query: print(ViewerDocument) })
      assert.equal((await answers.next()).value?.data?.viewer.user.id, member.id)

      const { viewer } = await member.call(ApiKeysDocument, {})
      assert.ok(viewer?.apiKeys?.find((key) => key.id === id)?.lastUsedAt)
      await member.call(RevokeApiKeyDocument, { input: { apiKeyId: id } })
      assert.equal(await within(closed), FORBIDDEN)
      await eventually(async () => {
        const { errors } = await send(system.routerUrl, NotificationsDocument, {}, secret)
        return errors?.[0]?.extensions?.code === 'UNAUTHENTICATED'
      }, ENDED)

      const again = openSocket(secret)
      await assert.rejects(again.client.iterate({ query: '{ __typename }' }).next(), { code: FORBIDDEN })
      await Promise.all([client.dispose(), again.client.dispose()])
    })

    test('a key that nobody made is refused as a whole, and no client can ask whom a key stands for', async () => {
      const unknown = `vbk_${'x'.repeat(43)}`
      const answer = await fetch(`${system.routerUrl}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${unknown}` },
        body: JSON.stringify({ query: '{ __typename }' }),
      })
      assert.equal(answer.status, 401)
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
      const asked = await fetch(`${system.routerUrl}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: '{ apiKeyHolder(secretHash: "") { userId } }' }),
      })
      assert.equal(asked.status, 400)
    })
  })
}

const within = (closed: Promise<number>): Promise<number> => {
  let code: number | undefined
  void closed.then((given) => {
    code = given
  })
  return eventually(() => code ?? false, ENDED)
}
