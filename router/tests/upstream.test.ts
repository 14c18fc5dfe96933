import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { serveForeignStreams } from './foreign-stream.ts'
import { start } from './processes.ts'

interface Result {
  readonly data?: { readonly scored?: unknown; readonly few?: unknown } | null
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}

const QUERY = 'subscription($game: ID!, $loud: Boolean) { scored(game: $game, loud: $loud) { text by { name } } }'

for (const planner of ['apollo', 'hive']) {
  describe(`subscriptions of foreign subgraphs, planned by ${planner}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'supergraph-'))
    const foreign = await serveForeignStreams()
    const file = join(folder, 'supergraph.graphql')
    await writeFile(file, foreign.supergraphSdl)
    const env = { REDIS_URL: '', CURSOR_SECRET: '', LOG_LEVEL: 'info', QUERY_PLANNER: planner }
    const router = await start(['--supergraph', file, '--port', '0'], env)
    const clients: Client[] = []
    const open = () => {
      const client = createClient({ url: `${router.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
      clients.push(client)
      return client
    }
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.dispose()))
      await eventually(() => foreign.open() === 0)
      foreign.subscribed.length = 0
    })
    after(async () => {
      router[Symbol.dispose]()
      await foreign[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    /** A client's subscription, and what has come of it. */
    function subscribe(variables: object, query = QUERY, client = open()) {
      const results: Result[] = []
      const ended = Promise.withResolvers<unknown>()
      const sink = { next: (result: object) => void results.push(result), error: ended.resolve, complete: () => ended.resolve('complete') }
      const leave = client.subscribe<Record<string, unknown>>({ query, variables: { ...variables } }, sink)
      return { results, ended: ended.promise, leave }
    }
    const goal = (number: number, text = `goal ${number}`) => ({ data: { scored: { text, by: { name: `Name of p${number}` } } } })

    test('an event is completed with fields of the other subgraphs', async () => {
      const { results } = subscribe({ game: 'one' })
      await eventually(() => foreign.open() === 1)
      for (const number of [1, 2, 3]) foreign.score('one', number)
      await eventually(() => results.length === 3)
      assert.deepEqual(results, [goal(1), goal(2), goal(3)])
      assert.deepEqual(foreign.subscribed, [{ game: 'one', loud: false }])
    })

    test('clients who ask for the same share one subscription; other variables have their own, on the same socket', async () => {
      const before = foreign.sockets()
      const same = Array.from({ length: 5 }, () => subscribe({ game: 'two' }))
      const loud = subscribe({ game: 'two', loud: true })
      await eventually(() => foreign.open() === 2)
      // The other clients may still be on their way in: events are sent until all have had one.
      let number = 0
      await eventually(() => {
        number += 1
        foreign.score('two', number)
        return [...same, loud].every(({ results }) => results.length > 0)
      })
      await eventually(() => JSON.stringify(loud.results.at(-1)) === JSON.stringify(goal(number, `GOAL ${number}`)))
      for (const { results } of same) await eventually(() => assert.deepEqual(results.at(-1), goal(number)))
      assert.equal(foreign.subscribed.length, 2)
      assert.ok(foreign.sockets() - before <= 1)
    })

    test('the first of them may leave; the last one to leave ends it', async () => {
      const [first, second] = [subscribe({ game: 'three' }), subscribe({ game: 'three' })]
      let number = 0
      await eventually(() => {
        number += 1
        foreign.score('three', number)
        return first.results.length > 0 && second.results.length > 0
      })
      first.leave()
      await first.ended
      foreign.score('three', 1_000)
      await eventually(() => assert.deepEqual(second.results.at(-1), goal(1_000)))
      assert.equal(foreign.open(), 1)
      second.leave()
      await eventually(() => foreign.open() === 0)
    })

    test('what the subgraph refuses or completes ends for the client too', async () => {
      const refused = subscribe({}, 'subscription { refused { text } }')
      const said = (await refused.ended) as readonly { message: string; extensions: { code: string } }[]
      assert.deepEqual(
        said.map(({ extensions }) => extensions.code),
        ['INTERNAL'],
      )
      assert.doesNotMatch(JSON.stringify(said), /10\.0\.0\.1/)
      const few = subscribe({ count: 3 }, 'subscription($count: Int!) { few(count: $count) { number by { name } } }')
      assert.equal(await few.ended, 'complete')
      assert.deepEqual(
        few.results,
        [1, 2, 3].map((number) => ({ data: { few: { number, by: { name: `Name of p${number}` } } } })),
      )
    })

    test('an argument after is one like any other: whoever gives another value gets other events', async () => {
      const query = 'subscription($after: Int) { few(count: 50, after: $after) { number } }'
      const [low, high] = [subscribe({ after: 0 }, query), subscribe({ after: 1_000 }, query)]
      assert.deepEqual(await Promise.all([low.ended, high.ended]), ['complete', 'complete'])
      assert.deepEqual([low.results.at(-1), high.results.at(-1)], [{ data: { few: { number: 50 } } }, { data: { few: { number: 1_050 } } }])
    })

    test('a subgraph that is killed and comes back: its clients are told of the gap, and their streams go on', async () => {
      const [one, other] = [subscribe({ game: 'four' }), subscribe({ game: 'four' })]
      let number = 0
      await eventually(() => {
        number += 1
        foreign.score('four', number)
        return one.results.length > 0 && other.results.length > 0
      })
      await foreign.kill()
      const isGap = ({ data, errors }: Result) => data === null && errors?.[0]?.extensions?.code === 'SUBGRAPH_UNAVAILABLE'
      for (const { results } of [one, other]) await eventually(() => results.some(isGap))
      await foreign.revive()
      await eventually(() => foreign.open() === 1)
      foreign.score('four', 2_000)
      for (const { results } of [one, other]) {
        await eventually(() => assert.deepEqual(results.at(-1), goal(2_000)))
        assert.equal(results.filter(isGap).length, 1)
      }
    })

    test('a message above 16 MB is not taken', async () => {
      const { ended, results } = subscribe({ bytes: 17 * 1024 * 1024 }, 'subscription($bytes: Int!) { huge(bytes: $bytes) { text } }')
      const said = (await ended) as readonly { extensions: { code: string } }[]
      assert.deepEqual(
        said.map(({ extensions }) => extensions.code),
        ['SUBGRAPH_UNAVAILABLE'],
      )
      assert.ok(results.every(({ data }) => data === null))
    })

    test('a changed supergraph leaves the streams open', async () => {
      const { results } = subscribe({ game: 'six' })
      await eventually(() => foreign.open() === 1)
      await writeFile(file, foreign.supergraphSdl.replace('type Goal', '"What counts."\ntype Goal'))
      await eventually(() => router.lines.some((line) => line.includes('the supergraph has changed')))
      foreign.score('six', 1)
      await eventually(() => assert.deepEqual(results, [goal(1)]))
    })

    test('a subgraph that is away is said to be, to who comes meanwhile', async () => {
      await foreign.kill()
      const said = (await subscribe({ game: 'five' }).ended) as readonly { extensions: { code: string } }[]
      assert.deepEqual(
        said.map(({ extensions }) => extensions.code),
        ['SUBGRAPH_UNAVAILABLE'],
      )
      await foreign.revive()
      const again = subscribe({ game: 'five' })
      await eventually(() => foreign.open() === 1)
      foreign.score('five', 1)
      await eventually(() => assert.deepEqual(again.results, [goal(1)]))
    })

    // It takes twenty seconds, and no planner has a part in it.
    if (planner === 'apollo') {
      test('a subgraph that stays away ends the streams', async () => {
        const { ended, results } = subscribe({ game: 'seven' })
        await eventually(() => foreign.open() === 1)
        await foreign.kill()
        await eventually(() => results.length === 1)
        const said = (await ended) as readonly { extensions: { code: string } }[]
        assert.deepEqual(
          said.map(({ extensions }) => extensions.code),
          ['SUBGRAPH_UNAVAILABLE'],
        )
      })
    }
  })
}
