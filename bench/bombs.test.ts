import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bombs } from './bombs/bombs.ts'
import { compareBombs, DRIBBLE, NOTHING } from './bombs/compare.ts'
import { bombTargets } from './bombs/targets.ts'

const small = { rounds: 1, seconds: 0.03, warmUpSeconds: 0, patienceSeconds: 60, pin: false, say: () => {} }
const targetNamed = (wanted: string) => bombTargets.filter(({ name }) => name === wanted)

test('the router refuses every bomb of the benchmark for what it is, ahead of all subgraphs, and answers everybody else', async () => {
  const samples = await compareBombs({ ...small, contenders: targetNamed('vibely'), bombs })
  const codes = new Map(samples.map(({ bomb, code }) => [bomb, code]))
  assert.deepEqual([...codes.keys()], [NOTHING, DRIBBLE, ...bombs.map(({ name }) => name)])
  for (const { name, code } of bombs) assert.equal(codes.get(name), code, name)
  for (const { bomb, status, thrown, otherwise, callsPerBomb, lightRequests, lightFailures } of samples) {
    assert.equal(callsPerBomb, 0, bomb)
    assert.equal(otherwise, 0, bomb)
    assert.ok(lightRequests > 0, bomb)
    assert.equal(lightFailures, 0, bomb)
    if (thrown > 0) assert.ok(status !== null && status >= 400 && status < 500, `${bomb}: ${status}`)
  }
})

test('a bomb that goes off is seen: the stock gateway runs what costs too much', async () => {
  const [bomb] = bombs.filter(({ name }) => name === 'list sizes')
  assert.ok(bomb)
  const samples = await compareBombs({ ...small, contenders: targetNamed('stock'), bombs: [bomb] })
  const sample = samples.at(-1)
  assert.equal(sample?.code, 'executed')
  assert.ok(sample.callsPerBomb > 0)
})
