import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { compareLive } from './live/compare.ts'

test('the live benchmark sees every event once on all servers, and none lost by the router while everybody was away', async () => {
  const samples = await compareLive({
    redisUrl: servers().REDIS_URL,
    namespace: freshNamespace(),
    targets: ['vibely', 'plain', 'raw'],
    sizes: [30],
    rounds: 1,
    events: 2,
    restMs: 100,
    cores: { server: undefined, clients: undefined },
    say: () => {},
  })
  assert.deepEqual(
    samples.map(({ target, lost, twice, broken, herdTwice }) => ({ target, lost, twice, broken, herdTwice })),
    ['vibely', 'plain', 'raw'].map((target) => ({ target, lost: 0, twice: 0, broken: 0, herdTwice: 0 })),
  )
  const [vibely, plain] = samples
  assert.equal(vibely?.herdLost, 0)
  // What was published meanwhile: proof that the benchmark notices a loss.
  assert.equal(plain?.herdLost, 30 * 5)
})
