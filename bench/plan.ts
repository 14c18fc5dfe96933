// npm run bench:plan: how long Apollo's planner and Hive Router's take for a plan, cold and warm.
//   -- --rounds 5 --repeats 20
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { median, percentile } from './measure/numbers.ts'
import { pinSelf } from './measure/process-use.ts'
import { printTable, type Row, writeResults } from './measure/report.ts'
import { comparePlanners, ENGINES, type PlanSample } from './plan/compare.ts'

const SHOWN = 12

function rowOf(name: string, samples: readonly PlanSample[], pick: (sample: PlanSample) => PlanSample['operations']): Row {
  const row: Record<string, string | number> = { operation: name }
  for (const engine of ENGINES) {
    const operations = samples.filter((sample) => sample.engine === engine).flatMap(pick)
    row[`${engine} cold ms`] = median(operations.map(({ coldMs }) => coldMs))
    row[`${engine} warm ms`] = median(operations.flatMap(({ warmMs }) => warmMs))
    row[`${engine} fetches`] = String(median(operations.map(({ fetches }) => fetches)))
  }
  return row
}

/** All operations of a supergraph, then the slowest ones. */
function tableOf(samples: readonly PlanSample[]): Row[] {
  const times = new Map<string, number>()
  for (const { name, coldMs } of samples.flatMap(({ operations }) => operations)) times.set(name, Math.max(times.get(name) ?? 0, coldMs))
  const slowest = [...times].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN)
  return [
    rowOf(`median of ${times.size}`, samples, ({ operations }) => operations),
    ...slowest.map(([name]) => rowOf(name, samples, ({ operations }) => operations.filter((one) => one.name === name))),
  ]
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, repeats: { type: 'string', default: '20' } } })
const core = availableParallelism() > 1 && pinSelf(1) ? 0 : undefined
const samples = await comparePlanners({ rounds: Number(values.rounds), repeats: Number(values.repeats), core })
for (const [supergraph, of] of Map.groupBy(samples, (sample) => sample.supergraph)) printTable(supergraph, tableOf(of))
printTable(
  'from nothing to a planner that is ready',
  [...Map.groupBy(samples, ({ supergraph, engine }) => `${supergraph}: ${engine}`)].map(([name, of]) => {
    const sorted = of.map(({ openMs }) => openMs).toSorted((a, b) => a - b)
    return { planner: name, 'median ms': percentile(sorted, 0.5), 'longest ms': sorted.at(-1) ?? 0 }
  }),
)
console.log(`\n${writeResults('plan', { options: values, samples })}`)
if (process.connected) process.disconnect()
