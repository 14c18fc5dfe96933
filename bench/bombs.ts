// npm run bench:bombs: hostile requests against our router and the stock gateway, and what everybody else notices of them.
//   -- --only vibely --bombs "alias flood" --rounds 3 --seconds 2 --warm-up 1 --patience 5
import { parseArgs } from 'node:util'
import { bombs } from './bombs/bombs.ts'
import { type BombSample, compareBombs, NOTHING } from './bombs/compare.ts'
import { bombTargets } from './bombs/targets.ts'
import { median } from './measure/numbers.ts'
import { printTable, type Row, writeResults } from './measure/report.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: bombTargets.map(({ name }) => name).join() },
    bombs: { type: 'string', default: bombs.map(({ name }) => name).join(';') },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    'warm-up': { type: 'string', default: '1' },
    patience: { type: 'string', default: '5' },
  },
})

/** @param quiet the same gateway without a bomb */
function rowOf(of: readonly BombSample[], quiet: readonly BombSample[]): Row {
  const by = (figure: (sample: BombSample) => number) => median(of.map(figure))
  const last = of.at(-1)
  // What the small queries cost without a bomb.
  const lightCpuMs = median(quiet.map(({ cpuMs, lightRequests }) => cpuMs / lightRequests))
  return {
    bomb: last?.bomb ?? '',
    status: String(last?.status ?? ''),
    code: last?.code ?? '',
    thrown: of.reduce((sum, { thrown }) => sum + thrown, 0),
    otherwise: of.reduce((sum, { otherwise }) => sum + otherwise, 0),
    'p50 ms': by(({ p50 }) => p50),
    'p99 ms': by(({ p99 }) => p99),
    'CPU ms/bomb': by(({ cpuMs, lightRequests, thrown }) => (thrown === 0 ? 0 : Math.max(0, cpuMs - lightRequests * lightCpuMs) / thrown)),
    'calls/bomb': by(({ callsPerBomb }) => callsPerBomb),
    'light p50 ms': by(({ lightP50 }) => lightP50),
    'light p99 ms': by(({ lightP99 }) => lightP99),
    'light most ms': Math.max(...of.map(({ lightMost }) => lightMost)),
    'light failures': of.reduce((sum, { lightFailures }) => sum + lightFailures, 0),
  }
}

const only = new Set(values.only.split(','))
const names = new Set(values.bombs.split(';'))
const samples = await compareBombs({
  contenders: bombTargets.filter(({ name }) => only.has(name)),
  bombs: bombs.filter(({ name }) => names.has(name)),
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  warmUpSeconds: Number(values['warm-up']),
  patienceSeconds: Number(values.patience),
  pin: true,
  say: (line) => console.error(line),
})
for (const [gateway, of] of Map.groupBy(samples, ({ gateway }) => gateway)) {
  const groups = Map.groupBy(of, ({ bomb }) => bomb)
  printTable(
    gateway,
    [...groups.values()].map((group) => rowOf(group, groups.get(NOTHING) ?? [])),
  )
}
console.log(`\n${writeResults('bombs', { options: values, samples })}`)
process.disconnect?.()
