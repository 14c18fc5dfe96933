import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import process from 'node:process'
import { test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { composeSupergraph } from '../supergraph/compose.ts'
import { stripSupergraph } from '../supergraph/strip.ts'
import { NO_CHOICES } from './planner.ts'
import { separateHivePlanner } from './separate-hive.ts'
import { threadPlanner } from './thread-planner.ts'

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@external", "@requires"])'
const { supergraphSdl } = composeSupergraph([
  {
    name: 'users',
    url: 'http://users.invalid',
    sdl: `${link}
      type Query { users: [User!]! }
      type User @key(fields: "id") { id: ID! address: Address @external country: String @requires(fields: "address { ... on Home { city } ... on Work { city } }") }
      interface Address { id: ID! }
      type Home implements Address @key(fields: "id") { id: ID! city: String @external }
      type Work implements Address @key(fields: "id") { id: ID! city: String @external }`,
  },
  {
    name: 'addresses',
    url: 'http://addresses.invalid',
    sdl: `${link}
      type User @key(fields: "id") { id: ID! address: Address }
      interface Address { id: ID! }
      type Home implements Address @key(fields: "id") { id: ID! city: String }
      type Work implements Address @key(fields: "id") { id: ID! city: String }`,
  },
])
const executionSdl = stripSupergraph(supergraphSdl)

/** The planner's native code panics at it: the names were not yet made plain for it. */
const PANICS = '{ users { address { ... on Work { city: city } } country } }'

test('an operation that native code breaks on fails alone', async () => {
  const plan = await separateHivePlanner(executionSdl)
  const before = await plan('{ users { country } }', [])
  await assert.rejects(async () => plan(PANICS, []), /ended/)
  await assert.rejects(async () => plan(PANICS, []), /ended/)
  assert.deepEqual(await plan('{ users { country } }', []), before)
  await assert.rejects(async () => plan('{ nobody }', []), /nobody/)
})

test('the process ends with the thread that it serves', async () => {
  const planner = threadPlanner({ engine: 'hive', executionSdl })
  await planner.plan('{ users { country } }', NO_CHOICES)
  const own = await processes()
  assert.ok(own.length > 0)
  await planner[Symbol.asyncDispose]()
  await eventually(async () => {
    const left = await processes()
    return own.some((one) => !left.includes(one))
  })
})

/** Of planners that this process or its threads started. */
const processes = () =>
  new Promise<readonly string[]>((resolve) => {
    execFile('pgrep', ['-P', String(process.pid), '-f', 'hive-process'], (_error, out) => resolve(out.split('\n').filter(Boolean)))
  })
