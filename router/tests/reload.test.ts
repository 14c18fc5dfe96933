import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createLogger } from '@vibely/kit/logger'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { memoryBuckets } from '../src/operations/budget-memory.ts'
import { openPipeline } from '../src/pipeline.ts'
import { hottest } from '../src/planning/warm-up.ts'
import { reloadablePipeline } from '../src/reloadable-pipeline.ts'
import { localSource } from '../src/sources/local-source.ts'
import { buildSchemaState } from '../src/supergraph/schema-state.ts'
import { reviewEvent, runRouter } from './running.ts'
import { seqOf, watch } from './watch.ts'
import { openWorld, worldSupergraph } from './world.ts'

const QUERY = '{ reviews { title author { name reviewCount } } }'

/** The supergraph with another field of people, which no resolver knows. */
const withField = (name: string) =>
  worldSupergraph((sdl) => sdl.replace('      email: String', `      ${name}: String\n      email: String`))

describe('reload', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { ask, router, world } = running
  const fieldsOf = async (typeName: string) => {
    const { body } = await ask(`{ __type(name: "${typeName}") { fields { name } } }`)
    const type = body.data?.__type as { fields: readonly { name: string }[] } | undefined
    return type?.fields.map(({ name }) => name) ?? []
  }

  test('a supergraph takes the place of another while requests run: none fails', async () => {
    const answers: ReturnType<typeof ask>[] = []
    const send = () => void answers.push(...Array.from({ length: 10 }, () => ask(QUERY)))
    for (let round = 0; round < 5; round += 1) {
      send()
      const reloaded = router.reload(withField(`field${round}`))
      send()
      await reloaded
    }
    const all = await Promise.all(answers)
    assert.deepEqual(
      all.filter(({ status, body }) => status !== 200 || body.errors),
      [],
    )
    assert.ok((await fieldsOf('Person')).includes('field4'))
  })

  test('one that is broken is refused, and the present one stays', async () => {
    await router.reload(withField('present'))
    await assert.rejects(router.reload(withField('next').replace('join__Graph', 'nonsense')))
    await assert.rejects(router.reload('type Query {'), /Syntax Error/)
    assert.ok((await fieldsOf('Person')).includes('present'))
    assert.equal((await ask(QUERY)).body.errors, undefined)
  })

  test('one with a subgraph that has no address here is refused', async () => {
    await assert.rejects(router.reload(world.supergraphSdl.replace('name: "people"', 'name: "strangers"')), /not known here: strangers/)
  })

  test('of several at once the last counts', async () => {
    await Promise.all(['first', 'second', 'third'].map((name) => router.reload(withField(name))))
    const fields = await fieldsOf('Person')
    assert.ok(fields.includes('third') && !fields.includes('first') && !fields.includes('second'))
  })
})

describe('streams and a reload', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { credentials, publisher, router, world } = running
  const member = async (sub: string) => ({ client: running.client(await credentials.token({ sub })), channel: `reviews:${sub}` })

  test('a stream goes on: each event comes once and in order, completed by the new plan', async () => {
    const { client, channel } = await member('s1')
    const stream = watch(client)
    await stream.event()
    const seqs: number[] = []
    for (let round = 0; round < 4; round += 1) {
      const reloaded = router.reload(withField(`stream${round}`))
      for (const part of [1, 2, 3]) await publisher.publish(reviewEvent(round * 3 + part, { channel }))
      await reloaded
      for (const _ of [1, 2, 3]) {
        const event = await stream.event()
        assert.deepEqual([event.phase, event.review?.author?.name], ['LIVE', 'Ada'])
        seqs.push(seqOf(event))
      }
    }
    assert.deepEqual(
      seqs,
      Array.from({ length: 12 }, (_, i) => i + 1),
    )
    await stream.end()
  })

  test('one that asks for what is gone ends with its code, one that does not stays, and who comes back finds the new schema', async () => {
    await router.reload(world.supergraphSdl)
    const { client, channel } = await member('s2')
    const [leaving, staying] = [watch(client), watch(client, null, 'subscription { reviewAdded { phase review { title } } }')]
    await Promise.all([leaving.event(), staying.event()])
    await router.reload(worldSupergraph((sdl) => sdl.replace('review: Review note: String', 'review: Review')))
    await assert.rejects(leaving.next(), (errors: unknown) => {
      const [error] = errors as readonly { extensions?: { code?: string } }[]
      return error?.extensions?.code === 'SUBSCRIPTION_SCHEMA_RELOAD'
    })
    await publisher.publish(reviewEvent(1, { channel }))
    assert.equal((await staying.event()).phase, 'LIVE')
    await staying.end()
    const query = 'subscription { reviewAdded { note } }'
    await assert.rejects(watch(client, null, query).next(), (errors: unknown) => JSON.stringify(errors).includes('Cannot query field'))
  })

  test('one whose events come from another channel now is ended', async () => {
    await router.reload(world.supergraphSdl)
    const { client } = await member('s3')
    const stream = watch(client)
    await stream.event()
    await router.reload(worldSupergraph((sdl) => sdl.replace('"reviews:{viewer.id}"', '"news:{viewer.id}"')))
    await assert.rejects(stream.next(), (errors: unknown) => JSON.stringify(errors).includes('SUBSCRIPTION_SCHEMA_RELOAD'))
  })

  test('one that its caller may not have any more is ended', async () => {
    await router.reload(world.supergraphSdl)
    const { client } = await member('s4')
    const stream = watch(client)
    await stream.event()
    await router.reload(
      worldSupergraph((sdl) =>
        sdl.replace(
          'reviewAdded(after: String): ReviewEvent! @requiresScopes(scopes: [["people:read"]])',
          'reviewAdded(after: String): ReviewEvent! @requiresScopes(scopes: [["unheard:of"]])',
        ),
      ),
    )
    await assert.rejects(stream.next(), (errors: unknown) => JSON.stringify(errors).includes('SUBSCRIPTION_SCHEMA_RELOAD'))
  })
})

describe('plans and a reload', async () => {
  const world = openWorld()
  const logger = createLogger({ service: 'test', level: 'silent' })
  const sources = world.subgraphs.map((subgraph) => localSource(subgraph, logger))
  const pipeline = reloadablePipeline(
    world.supergraphSdl,
    (sdl) => {
      const state = buildSchemaState(sdl)
      const options = { introspection: true, shareOperations: false, buckets: memoryBuckets(), logger }
      return { pipeline: openPipeline(state, sources, options), [Symbol.asyncDispose]: () => state[Symbol.asyncDispose]() }
    },
    logger,
  )
  after(() => pipeline[Symbol.asyncDispose]())
  const isPlanned = (text: string) => !(pipeline.operations.prepare(text, null, null) instanceof Promise)

  test('what is used is planned before the new schema is in place, for the callers who use it', async () => {
    const [open, guarded] = ['{ reviews { title } }', '{ reviews { author { email } } }']
    for (const text of [open, guarded]) await pipeline.operations.prepare(text, null, null)
    assert.ok(isPlanned(open))
    const { state } = pipeline
    await pipeline.reload(withField('planned'))
    assert.notEqual(pipeline.state, state)
    assert.deepEqual([isPlanned(open), isPlanned(guarded), isPlanned('{ reviews { id } }')], [true, true, false])
  })

  test('an operation runs on the schema that it was prepared for', async () => {
    const operation = await pipeline.operations.prepare('{ reviews { title author { name } } }', null, null)
    await pipeline.reload(worldSupergraph((sdl) => sdl.replace('title(upper: Boolean = false): String! @sameForAll', 'heading: String')))
    const { data, errors } = await pipeline.run({ operation, variables: {}, caller: ANONYMOUS, signal: new AbortController().signal })
    assert.deepEqual([errors, JSON.parse(data ?? '')?.reviews?.[0]], [[], { title: 'Title r1', author: { name: 'Ada' } }])
    assert.throws(() => pipeline.operations.prepare('{ reviews { title } }', null, null), /Cannot query field/)
  })

  test('few operations are all hot, of many a third', () => {
    const used = (count: number) => Array.from({ length: count }, (_, i) => ({ text: `${i}`, uses: count - i, refuses: () => false }))
    assert.equal(hottest(used(80)).length, 80)
    const hot = hottest(used(1_000))
    assert.equal(hot.length, 300)
    assert.deepEqual([hot[0]?.text, hot[0]?.uses], ['0', 500])
  })
})
