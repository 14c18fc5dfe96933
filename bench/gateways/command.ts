import process from 'node:process'
import { parseArgs } from 'node:util'
import { median } from '../measure/numbers.ts'
import { printTable, type Row, writeResults } from '../measure/report.ts'
import { compareGateways, type Sample } from './compare.ts'
import type { Contender } from './contenders.ts'

type Figures = Pick<Sample, 'cpuMsPerRequest' | 'callsPerRequest' | 'rssMiB' | 'p50' | 'p95' | 'p99' | 'failures'> & {
  readonly rate: number
}

const rateOf = ({ requests, seconds }: Sample): number => requests / seconds

function middle(of: readonly Sample[]): Figures {
  const by = (figure: (sample: Sample) => number) => median(of.map(figure))
  return {
    rate: by(rateOf),
    cpuMsPerRequest: by((sample) => sample.cpuMsPerRequest),
    callsPerRequest: by((sample) => sample.callsPerRequest),
    rssMiB: by((sample) => sample.rssMiB),
    p50: by((sample) => sample.p50),
    p95: by((sample) => sample.p95),
    p99: by((sample) => sample.p99),
    failures: of.reduce((sum, { failures }) => sum + failures, 0),
  }
}

/** The median over the rounds of how many times better than the measure in the same round. */
const times = (of: readonly Sample[], measure: readonly Sample[], better: (sample: Sample, measure: Sample) => number): number =>
  median(
    of.flatMap((sample) => {
      const same = measure.find(({ round }) => round === sample.round)
      return same ? [better(sample, same)] : []
    }),
  )

function rowOf(gateway: string, of: readonly Sample[], measure: readonly Sample[], short: string): Row {
  const figures = middle(of)
  return {
    gateway,
    [`x ${short} (CPU)`]: times(of, measure, (sample, same) => same.cpuMsPerRequest / sample.cpuMsPerRequest),
    'CPU ms/request': figures.cpuMsPerRequest,
    'requests/s': figures.rate,
    [`x ${short} (rate)`]: times(of, measure, (sample, same) => rateOf(sample) / rateOf(same)),
    'p50 ms': figures.p50,
    'p95 ms': figures.p95,
    'p99 ms': figures.p99,
    'RSS MiB': figures.rssMiB,
    'calls/request': figures.callsPerRequest,
    failures: figures.failures,
  }
}

/**
 * Compares gateways as the command line says, prints a table a workload, and writes the results.
 * @param options.short what the first contender, the measure, is called in a table's head
 */
export async function runComparison(options: {
  readonly name: string
  readonly contenders: readonly Contender[]
  readonly workloads: readonly string[]
  readonly short: string
}): Promise<void> {
  const { name, contenders, short } = options
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: contenders.map(({ name }) => name).join() },
      workloads: { type: 'string', default: options.workloads.join() },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '5' },
      connections: { type: 'string', default: '50' },
      // What V8 makes of the same code differs from process to process, for as long as it lives.
      processes: { type: 'string', default: '1' },
    },
  })
  const [first] = contenders
  const only = new Set([first?.name, ...values.only.split(',')])
  const workloads = values.workloads.split(',')
  const { samples, wrong } = await compareGateways({
    contenders: contenders
      .filter(({ name }) => only.has(name))
      .flatMap((one) => Array.from({ length: Number(values.processes) }, () => one)),
    workloads,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmUpSeconds: Number(values['warm-up']),
    connections: Number(values.connections),
    variableSets: Number.POSITIVE_INFINITY,
    pin: true,
    say: (line) => console.error(line),
  })
  for (const workload of workloads) {
    const groups = Map.groupBy(
      samples.filter((sample) => sample.workload === workload),
      ({ gateway }) => gateway,
    )
    const measure = groups.get(first?.name ?? '') ?? []
    printTable(
      workload,
      [...groups].map(([gateway, of]) => rowOf(gateway, of, measure, short)),
    )
  }
  for (const { gateway, workload, why } of wrong) console.log(`\nNot measured: ${gateway} (${workload}) ${why}`)
  console.log(`\n${writeResults(name, { options: values, samples, wrong })}`)
  process.disconnect?.()
}
