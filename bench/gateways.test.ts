import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contenders as embedded } from './embedded/contenders.ts'
import { compareGateways, workloads } from './gateways/compare.ts'
import { contenders } from './gateways/contenders.ts'

const tiny = {
  rounds: 1,
  seconds: 0.1,
  warmUpSeconds: 0,
  connections: 2,
  variableSets: 3,
  pin: false,
  say: () => {},
}

test('every gateway of the benchmark starts and answers each workload as one schema without federation does', async () => {
  const { samples, wrong } = await compareGateways({ ...tiny, contenders, workloads: [...workloads.keys()] })
  assert.deepEqual(wrong, [])
  assert.equal(samples.length, contenders.length * workloads.size)
  for (const { gateway, workload, requests, failures, callsPerRequest } of samples) {
    assert.ok(requests > 0 && callsPerRequest > 0, `${gateway} ran no ${workload} request`)
    assert.equal(failures, 0, `${gateway} failed under ${workload}`)
  }
})

test('what runs embedded answers each workload as one schema without federation does', async () => {
  const names = ['heavy', 'page', 'tiny']
  const { samples, wrong } = await compareGateways({ ...tiny, contenders: embedded, workloads: names })
  assert.deepEqual(wrong, [])
  assert.equal(samples.length, embedded.length * names.length)
  for (const { gateway, workload, failures, callsPerRequest } of samples) {
    assert.equal(failures, 0, `${gateway} failed under ${workload}`)
    assert.equal(callsPerRequest > 0, gateway.endsWith('over HTTP'), `${gateway} made ${callsPerRequest} calls`)
  }
})

test('a gateway that does not start is named, and the others are measured', async () => {
  const [stock] = contenders
  assert.ok(stock)
  const broken = { name: 'broken', script: 'gateways/no-such-file.ts', args: () => [] }
  const { samples, wrong } = await compareGateways({ ...tiny, contenders: [broken, stock], workloads: ['tiny'] })
  assert.deepEqual(
    wrong.map(({ gateway }) => gateway),
    ['broken'],
  )
  assert.deepEqual(
    samples.map(({ gateway }) => gateway),
    ['stock'],
  )
})
