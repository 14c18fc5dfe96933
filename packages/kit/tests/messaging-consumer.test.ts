import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { createTopics } from '@vibely/testkit/topics'

test('a consumer that is disposed while it starts leaves nothing that keeps its process alive', { timeout: 120_000 }, async (context) => {
  const namespace = freshNamespace()
  await createTopics(namespace)
  for (const milliseconds of [0, 1, 5, 20, 50, 100]) {
    const settings = JSON.stringify({ brokers: servers().KAFKA_BROKERS, namespace, milliseconds })
    const child = fork(new URL('short-consumer.ts', import.meta.url), [settings], { stdio: 'ignore' })
    context.signal.addEventListener('abort', () => child.kill('SIGKILL'))
    assert.deepEqual(await once(child, 'exit'), [0, null], `after ${milliseconds} ms`)
  }
})
