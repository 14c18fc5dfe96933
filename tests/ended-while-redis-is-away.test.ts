import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateApiKeyDocument,
  NotificationReceivedDocument,
  RevokeApiKeyDocument,
  SignOutDocument,
  ViewerDocument,
} from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { servers } from '@vibely/testkit/servers'
import { openTcpProxy, type TcpProxy } from '@vibely/testkit/tcp-proxy'
import { type Member, newMember, send, signedIn, socketOf } from './support/member.ts'
import { receive } from './support/stream.ts'
import { startTestSystem, type TestSystem, topologies } from './support/system.ts'

const FORBIDDEN = 4403

for (const topology of topologies) {
  describe(`what ends while Redis is away ends for routers too (${topology})`, () => {
    let proxy: TcpProxy
    let system: TestSystem
    let member: Member

    before(async () => {
      proxy = await openTcpProxy(servers().REDIS_URL)
      system = await startTestSystem(topology, { redisUrl: proxy.url, works: 30 })
      member = await newMember(system.routerUrl, 'leaver', 'Lena Leaver')
    })
    after(async () => {
      proxy?.mend()
      await system?.[Symbol.asyncDispose]()
      await proxy?.[Symbol.asyncDispose]()
    })

    test('a session and an API key are refused, and their sockets closed', async () => {
      const { routerUrl } = system
      const { createApiKey } = await member.call(CreateApiKeyDocument, { input: { label: 'lost', scopes: ['NOTIFICATIONS_READ'] } })
      assert.ok(createApiKey?.apiKey && createApiKey.secret)
      const leaving = await signedIn(routerUrl, member)
      const credentials = [leaving.accessToken, createApiKey.secret]
      const codes: number[] = []
      const clients = credentials.map((credential) => socketOf(routerUrl, credential))
      for (const client of clients) client.on('closed', (event) => void codes.push((event as { code: number }).code))
      const streams = clients.map((client) => receive(client, NotificationReceivedDocument, {}))
      for (const stream of streams) await stream.first((data) => data.notificationReceived.phase === 'CAUGHT_UP')

      proxy.cut()
      await leaving.call(SignOutDocument, { input: {} })
      await member.call(RevokeApiKeyDocument, { input: { apiKeyId: createApiKey.apiKey.id } })
      await eventually(() => assert.deepEqual(codes, [FORBIDDEN, FORBIDDEN]))
      for (const credential of credentials) {
        const { errors } = await send(routerUrl, ViewerDocument, {}, credential)
        assert.equal(errors?.[0]?.extensions?.code, 'UNAUTHENTICATED')
      }
      const { data } = await send(routerUrl, ViewerDocument, {}, member.accessToken)
      assert.equal(data?.viewer?.user.id, member.id, 'other sessions go on')
    })
  })
}
