import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { runRouter } from './running.ts'

// `hang` is answered by its deadline: whoever asks meanwhile asks at the same time.
const HANG = 'query Hang($id: ID!) { hang person(id: $id) { name } }'
const answers = async (asked: readonly Promise<{ readonly body: { readonly errors?: readonly { readonly extensions: object }[] } }>[]) =>
  (await Promise.all(asked)).map(({ body }) => body.errors?.map(({ extensions }) => (extensions as { code: string }).code))

describe('queries under way at the same time', { concurrency: true }, () => {
  test('the same one of the same caller runs once; another caller or variable is another one', async () => {
    await using running = await runRouter()
    const { ask, credentials, world } = running
    const [ada, bruno] = [await credentials.token({ sub: 'p1' }), await credentials.token({ sub: 'p2', sid: 'session_2' })]
    const variables = { id: 'p1' }
    const asked = [
      ...Array.from({ length: 5 }, () => ask(HANG, { token: ada, variables })),
      ...Array.from({ length: 5 }, () => ask(HANG, { token: bruno, variables })),
      ...Array.from({ length: 5 }, () => ask(HANG, { variables })),
      ask(HANG, { variables: { id: 'p2' } }),
    ]
    assert.deepEqual(await answers(asked), Array(16).fill(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']))
    assert.deepEqual(world.calls.map(({ caller }) => caller.viewer?.id ?? 'anonymous').sort(), ['anonymous', 'anonymous', 'p1', 'p2'])
  })

  for (const [settings, calls] of [
    [{ ROUTER_SHARE_OPERATIONS: false }, 1],
    [{ ROUTER_SHARE_FETCHES: false }, 1],
    [{ ROUTER_SHARE_OPERATIONS: false, ROUTER_SHARE_FETCHES: false }, 5],
  ] as const)
    test(`five the same make ${calls} fetch with ${JSON.stringify(settings)}`, async () => {
      await using running = await runRouter({ env: settings })
      await answers(Array.from({ length: 5 }, () => running.ask(HANG, { variables: { id: 'p1' } })))
      assert.equal(running.world.calls.length, calls)
    })
})

test('what a mutation changed is seen by the next query, though an older one is still under way', async () => {
  await using running = await runRouter()
  const { ask, credentials } = running
  const token = await credentials.token({ sub: 'p1' })
  // Holds both the operation and its fetch: `me` is answered, `hang` is not.
  const query = '{ me { name } hang }'
  const older = ask(query, { token })
  await eventually(() => running.world.calls.length === 1)
  await ask('mutation { rename(name: "Ada the second") { name } }', { token })
  const newer = ask(query, { token })
  await eventually(() => running.world.calls.length === 3)
  await Promise.all([older, newer])
})

test('entities of different requests are fetched together, and everyone gets his own', async () => {
  await using running = await runRouter({ topology: 'distributed', env: { ROUTER_SHARE_OPERATIONS: false } })
  const { ask, world } = running
  const query = 'query ($n: Int) { reviews(first: $n) { title author { name } } }'
  const asked = Array.from({ length: 30 }, (_, index) => ask(query, { variables: { n: 1 + (index % 3) } }))
  for (const [index, { body }] of (await Promise.all(asked)).entries()) {
    const expected = ['r1', 'r2', 'r3']
      .slice(0, 1 + (index % 3))
      .map((id) => ({ title: `Title ${id}`, author: { name: id === 'r2' ? 'Bruno' : 'Ada' } }))
    assert.deepEqual(body, { data: { reviews: expected } })
  }
  assert.ok(world.calls.length < 60, `${world.calls.length} subgraph calls for 30 requests`)
})
