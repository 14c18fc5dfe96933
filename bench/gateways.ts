// npm run bench:gateways: our router against every other JavaScript gateway, on the same subgraphs and queries.
//   -- --only vibely --workloads heavy,page --rounds 5 --seconds 3 --warm-up 5 --connections 50
import { parseArgs } from 'node:util'
import { compareGateways, type Sample, workloads } from './gateways/compare.ts'
import { contenders } from './gateways/contenders.ts'
import { median } from './measure/numbers.ts'
import { printTable, type Row, writeResults } from './measure/report.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: contenders.map(({ name }) => name).join() },
    workloads: { type: 'string', default: [...workloads.keys()].join() },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '5' },
    connections: { type: 'string', default: '50' },
  },
})
const [first] = contenders
const only = new Set([first?.name, ...values.only.split(',')])
const { samples, wrong } = await compareGateways({
  contenders: contenders.filter(({ name }) => only.has(name)),
  workloads: values.workloads.split(','),
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  warmUpSeconds: Number(values['warm-up']),
  connections: Number(values.connections),
  variableSets: Number.POSITIVE_INFINITY,
  pin: true,
  say: (line) => console.error(line),
})

type Figures = Pick<Sample, 'cpuMsPerRequest' | 'callsPerRequest' | 'rssMiB' | 'p50' | 'p95' | 'p99' | 'failures'> & {
  readonly rate: number
}

function middle(of: readonly Sample[]): Figures {
  const by = (figure: (sample: Sample) => number) => median(of.map(figure))
  return {
    rate: by(({ requests, seconds }) => requests / seconds),
    cpuMsPerRequest: by((sample) => sample.cpuMsPerRequest),
    callsPerRequest: by((sample) => sample.callsPerRequest),
    rssMiB: by((sample) => sample.rssMiB),
    p50: by((sample) => sample.p50),
    p95: by((sample) => sample.p95),
    p99: by((sample) => sample.p99),
    failures: of.reduce((sum, { failures }) => sum + failures, 0),
  }
}

const row = (gateway: string, figures: Figures, stock: Figures): Row => ({
  gateway,
  'x stock (CPU)': stock.cpuMsPerRequest / figures.cpuMsPerRequest,
  'CPU ms/request': figures.cpuMsPerRequest,
  'requests/s': figures.rate,
  'x stock (rate)': figures.rate / stock.rate,
  'p50 ms': figures.p50,
  'p95 ms': figures.p95,
  'p99 ms': figures.p99,
  'RSS MiB': figures.rssMiB,
  'calls/request': figures.callsPerRequest,
  failures: figures.failures,
})

for (const workload of values.workloads.split(',')) {
  const of = samples.filter((sample) => sample.workload === workload)
  const stock = middle(of.filter(({ gateway }) => gateway === first?.name))
  const names = [...new Set(of.map(({ gateway }) => gateway))]
  printTable(
    workload,
    names.map((name) => row(name, middle(of.filter(({ gateway }) => gateway === name)), stock)),
  )
}
for (const { gateway, workload, why } of wrong) console.log(`\nNot measured: ${gateway} (${workload}) ${why}`)
console.log(`\n${writeResults('gateways', { options: values, samples, wrong })}`)
process.disconnect?.()
