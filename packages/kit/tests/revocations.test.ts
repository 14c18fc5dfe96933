import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { eventually } from '@vibely/testkit/eventually'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { openTcpProxy } from '@vibely/testkit/tcp-proxy'
import { Redis } from 'ioredis'
import { publishRevocation, watchRevocations } from '../src/revocations.ts'

describe('revocations', () => {
  it('tell a watcher what was revoked before it started and after', async () => {
    const namespace = freshNamespace()
    await using stack = new AsyncDisposableStack()
    stack.defer(() => dropNamespace(namespace))
    const redis = stack.adopt(new Redis(servers().REDIS_URL), (connection) => connection.disconnect())
    await publishRevocation(redis, namespace, 'old', 300)
    await publishRevocation(redis, namespace, 'expired', 0)
    const heard: string[] = []
    const watch = stack.use(await watchRevocations({ redis, namespace, onRevoked: (session) => void heard.push(session) }))
    assert.equal(watch.isRevoked('old'), true)
    assert.equal(watch.isRevoked('expired'), false)
    assert.equal(watch.isRevoked('new'), false)
    await publishRevocation(redis, namespace, 'new', 300)
    await eventually(() => watch.isRevoked('new'))
    assert.deepEqual(heard, ['old', 'new'])
  })

  it('arrive that were written while the watcher had no connection', async () => {
    const namespace = freshNamespace()
    await using stack = new AsyncDisposableStack()
    stack.defer(() => dropNamespace(namespace))
    const proxy = stack.use(await openTcpProxy(servers().REDIS_URL))
    const redis = stack.adopt(new Redis(servers().REDIS_URL), (connection) => connection.disconnect())
    const cutOff = stack.adopt(new Redis(proxy.port, '127.0.0.1'), (connection) => connection.disconnect())
    cutOff.on('error', () => undefined)
    const watch = stack.use(await watchRevocations({ redis: cutOff, namespace }))
    proxy.cut()
    await publishRevocation(redis, namespace, 'meanwhile', 300)
    proxy.mend()
    await eventually(() => watch.isRevoked('meanwhile'))
  })
})
