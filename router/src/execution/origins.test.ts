import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlanNode, ResponsePath } from '../planning/planner.ts'
import { soleOrigins } from './origins.ts'

const fetch = (operation: string, more?: object) =>
  ({ kind: 'Fetch', serviceName: 's', variableUsages: [], operation, operationKind: 'query', ...more }) as PlanNode
const entities = (path: ResponsePath, selection: string, more?: object): PlanNode => ({
  kind: 'Flatten',
  path,
  node: fetch(`query ($r: [_Any!]!) { _entities(representations: $r) { ...F } } fragment F on Item { ${selection} }`, {
    requires: [],
    ...more,
  }),
})
const plan = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes })
const PARTS = ['items', '@', 'parts', '@']

test('what one fetch brings has one origin, whoever completes it', () => {
  const isSole = soleOrigins(plan(fetch('{ items { parts { id } } }'), entities(PARTS, 'name'), entities(['items', '@'], 'price')))
  assert.equal(isSole(PARTS), true)
})

test('what another fetch adds to from above has two', () => {
  const [first, above] = [fetch('{ items { ... on Item { parts: pieces { id } } } }'), entities(['items', '@'], 'parts { stock }')]
  assert.equal(soleOrigins(plan(first, above))(PARTS), false)
  assert.equal(
    soleOrigins({ kind: 'Defer', primary: { node: first }, deferred: [{ depends: [], queryPath: [], node: above }] })(PARTS),
    false,
  )
  assert.equal(soleOrigins({ kind: 'Parallel', nodes: [first, { kind: 'Condition', condition: 'c', ifClause: above }] })(PARTS), false)
})

test('renamed fields may be any, and paths of types may ask different things of the same', () => {
  const first = fetch('{ items { parts { id } } }')
  const renamed = { outputRewrites: [{ kind: 'KeyRenamer', path: ['x'], renameKeyTo: 'parts' }] }
  assert.equal(soleOrigins(plan(first, entities(['items', '@'], 'x { stock }', renamed)))(PARTS), false)
  assert.equal(soleOrigins(plan(first, entities(['items', '@', '|[Item]', 'parts', '@'], 'name')))(PARTS), false)
})
