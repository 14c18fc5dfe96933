import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { eventually } from '@vibely/testkit/eventually'
import { composeSupergraph } from '../supergraph/compose.ts'
import { stripSupergraph } from '../supergraph/strip.ts'
import { planCache } from './plan-cache.ts'
import { NO_CHOICES, type Plan, type PlanNode, type Planner } from './planner.ts'
import { threadPlanner } from './thread-planner.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable", "@external", "@requires", "@override"])`
const { supergraphSdl } = composeSupergraph([
  {
    name: 'people',
    url: 'http://people.invalid',
    sdl: `${link}
      type Query { me: Person people: [Person!]! found: Found @shareable }
      type Subscription { joined: Person }
      union Found = Person | Post
      type Person @key(fields: "id") { id: ID! name: String! born: Int! @override(from: "posts", label: "percent(20)") }
      type Post @key(fields: "id") { id: ID! }`,
  },
  {
    name: 'posts',
    url: 'http://posts.invalid',
    sdl: `${link}
      type Query { top: [Post!]! }
      type Mutation { post(title: String!): Post }
      type Person @key(fields: "id") { id: ID! born: Int! name: String! @external posts(by: String): [Post!]! handle: String @requires(fields: "name") }
      type Post @key(fields: "id") { id: ID! title: String! author: Person }`,
  },
])
const executionSdl = stripSupergraph(supergraphSdl)

/** Every node of a plan, the outer ones first. */
function nodesOf({ node }: Plan): readonly PlanNode[] {
  const open = (one: PlanNode | undefined): PlanNode[] => {
    if (!one) return []
    if (one.kind === 'Sequence' || one.kind === 'Parallel') return [one, ...one.nodes.flatMap(open)]
    if (one.kind === 'Flatten') return [one, ...open(one.node)]
    if (one.kind === 'Condition') return [one, ...open(one.ifClause), ...open(one.elseClause)]
    if (one.kind === 'Defer') return [one, ...open(one.primary.node), ...one.deferred.flatMap((part) => open(part.node))]
    return [one]
  }
  return node?.kind === 'Subscription' ? [node.primary, ...open(node.rest)] : open(node)
}
const servicesOf = (plan: Plan) => nodesOf(plan).flatMap((node) => ('serviceName' in node ? [node.serviceName] : []))

for (const engine of ['apollo', 'hive'] as const) {
  describe(`plans of ${engine}`, async () => {
    const open = (planCpuMs?: number) => threadPlanner({ engine, executionSdl, planCpuMs })
    const planner = open()
    const plan = (text: string, choices = NO_CHOICES) => planner.plan(text, choices)

    test('an entity fetch stands at its path and says what it requires', async () => {
      const made = await plan('{ people { handle } }')
      assert.deepEqual(servicesOf(made), ['people', 'posts'])
      const flatten = nodesOf(made).find((node) => node.kind === 'Flatten')
      assert.deepEqual(flatten?.path, ['people', '@'])
      assert.ok(flatten.node.kind === 'Fetch' && flatten.node.operationKind === 'query')
      const [required] = flatten.node.requires ?? []
      assert.ok(required?.kind === 'InlineFragment' && required.typeCondition === 'Person')
      assert.deepEqual(new Set(required.selections.map((one) => one.kind === 'Field' && one.name)), new Set(['__typename', 'id', 'name']))
    })

    test('a fetch names the variables that it takes', async () => {
      const made = await plan('query($by: String, $other: Boolean!) { me { name posts(by: $by) { id } } top @include(if: $other) { id } }')
      const usages = nodesOf(made).flatMap((node) => ('variableUsages' in node ? node.variableUsages : []))
      assert.ok(usages.includes('by'))
    })

    test('a mutation is one fetch of its kind', async () => {
      const { node } = await plan('mutation { post(title: "a") { id title } }')
      assert.ok(node?.kind === 'Fetch' && node.operationKind === 'mutation' && node.requires === undefined)
    })

    test('a subscription has its source, and what follows each event', async () => {
      const { node } = await plan('subscription { joined { name handle } }')
      assert.ok(node?.kind === 'Subscription')
      assert.equal(node.primary.serviceName, 'people')
      assert.equal(node.primary.operationKind, 'subscription')
      assert.deepEqual(servicesOf({ kind: 'QueryPlan', node: node.rest }), ['posts'])
    })

    test('nothing is fetched for what the router knows by itself or what is left out in any case', async () => {
      for (const text of ['{ __typename }', '{ __schema { queryType { name } } }', '{ me @skip(if: true) { name } }']) {
        assert.deepEqual(servicesOf(await plan(text)), [], text)
      }
      assert.deepEqual(
        servicesOf(await plan('{ ...F me { name @include(if: false) } } fragment F on Query { __type(name: "Post") { name } }')),
        ['people'],
      )
    })

    test('a label of @override chooses who is asked', async () => {
      assert.deepEqual(servicesOf(await plan('{ me { born } }')), ['people', 'posts'])
      assert.deepEqual(servicesOf(await plan('{ me { born } }', { ...NO_CHOICES, labels: ['percent(20)'] })), ['people'])
    })

    test('@defer without the wish for it is planned as a whole', async () => {
      const made = await plan('{ me { name ... @defer { handle } } }')
      assert.equal(
        nodesOf(made).some(({ kind }) => kind === 'Defer'),
        false,
      )
      assert.deepEqual(servicesOf(made), ['people', 'posts'])
    })

    test('an operation that cannot be planned fails alone', async () => {
      await assert.rejects(plan('{ nonsense }'), /could not be planned/)
      assert.deepEqual(servicesOf(await plan('{ me { id } }')), ['people'])
    })

    test('one that takes too long is refused, and the next one is planned', async () => {
      await using hasty = open(0.01)
      const text = `{ ${Array.from({ length: 200 }, (_, i) => `a${i}: people { handle posts { author { handle born posts { title author { born } } } } }`).join(' ')} }`
      await assert.rejects(hasty.plan(text, NO_CHOICES), { extensions: { code: 'BAD_REQUEST' }, message: /too complex/ })
      // Whoever waits behind it gets another thread; with this limit even a small one may be refused, but it is answered.
      await hasty.plan('{ __typename }', NO_CHOICES).catch((error: unknown) => assert.match(String(error), /too complex/))
    })

    test('a closed planner refuses', async () => {
      const closing = open()
      const waiting = closing.plan('{ me { name } }', NO_CHOICES)
      await Promise.all([assert.rejects(waiting, /closed/), closing[Symbol.asyncDispose]()])
      await assert.rejects(closing.plan('{ me { name } }', NO_CHOICES), /closed/)
    })

    after(() => planner[Symbol.asyncDispose]())
  })
}

test('@defer that is wished for is a part of the plan', async () => {
  await using planner = threadPlanner({ engine: 'apollo', executionSdl })
  const { node } = await planner.plan('{ me { name ... @defer(label: "later") { handle } } }', { labels: [], defer: true })
  assert.ok(node?.kind === 'Defer')
  assert.equal(node.deferred[0]?.label, 'later')
})

test('an idle thread ends, and the next order gets another', async () => {
  const threads: Worker[] = []
  const note = (worker: Worker) => void threads.push(worker)
  process.on('worker', note)
  try {
    await using planner = threadPlanner({ engine: 'apollo', executionSdl, idleMs: 1 })
    const plan = await planner.plan('{ me { name } }', NO_CHOICES)
    // A thread that has ended has no id.
    await eventually(() => threads[0]?.threadId === -1)
    assert.deepEqual(await planner.plan('{ me { name } }', NO_CHOICES), plan)
    assert.equal(threads.length, 2)
  } finally {
    process.off('worker', note)
  }
})

test('a supergraph that is none fails every order', async () => {
  await using planner = threadPlanner({ engine: 'apollo', executionSdl: 'type Query { a: Int }' })
  await assert.rejects(planner.plan('{ a }', NO_CHOICES))
  await assert.rejects(planner.plan('{ a }', NO_CHOICES))
})

describe('the plan cache', () => {
  /** A planner that counts what it is asked for. */
  function counting(answer: (text: string) => Promise<Plan>) {
    const asked: string[] = []
    const planner: Planner = {
      plan(text) {
        asked.push(text)
        return answer(text)
      },
      [Symbol.asyncDispose]: async () => {},
    }
    return { asked, plans: planCache(planner) }
  }
  const empty: Plan = { kind: 'QueryPlan' }

  test('equal orders in the making are one, later ones are answered at once', async () => {
    const { asked, plans } = counting(async () => empty)
    const both = await Promise.all([plans.plan('{ a }', NO_CHOICES), plans.plan('{ a }', NO_CHOICES)])
    assert.deepEqual(both, [empty, empty])
    assert.equal(plans.plan('{ a }', NO_CHOICES), empty)
    assert.deepEqual(asked, ['{ a }'])
  })

  test('labels and @defer make another plan', async () => {
    const { asked, plans } = counting(async () => empty)
    for (const choices of [NO_CHOICES, { labels: ['x'], defer: false }, { labels: [], defer: true }]) await plans.plan('{ a }', choices)
    assert.equal(asked.length, 3)
  })

  test('a failure is not kept', async () => {
    let failing = true
    const { asked, plans } = counting(async () => {
      if (failing) throw new Error('away')
      return empty
    })
    await assert.rejects(async () => plans.plan('{ a }', NO_CHOICES), /away/)
    failing = false
    assert.equal(await plans.plan('{ a }', NO_CHOICES), empty)
    assert.equal(asked.length, 2)
  })
})
