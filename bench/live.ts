// npm run bench:live: subscribers of one channel on one router, against what one writes with graphql-ws and ioredis, and against bare writes.
//   -- --sizes 1000,5000,10000 --rounds 3 --events 20
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { compareLive, type LiveSample } from './live/compare.ts'
import { benchRedis } from './live/redis.ts'
import { median } from './measure/numbers.ts'
import { pinSelf } from './measure/process-use.ts'
import { printTable, type Row, writeResults } from './measure/report.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,5000,10000' },
    targets: { type: 'string', default: 'raw,plain,vibely' },
    rounds: { type: 'string', default: '3' },
    events: { type: 'string', default: '20' },
  },
})

function rowOf(of: readonly LiveSample[]): Row {
  const by = (figure: (sample: LiveSample) => number) => median(of.map(figure))
  const sum = (figure: (sample: LiveSample) => number) => of.reduce((total, sample) => total + figure(sample), 0)
  return {
    server: of[0]?.target ?? '',
    subscribers: String(of[0]?.subscribers),
    'open s': by(({ openSeconds }) => openSeconds),
    'KiB/idle': by(({ idleKiB }) => idleKiB),
    'p50 ms': by(({ p50 }) => p50),
    'p99 ms': by(({ p99 }) => p99),
    'CPU us/delivery': by(({ cpuMicrosPerDelivery }) => cpuMicrosPerDelivery),
    'RSS MiB': by(({ eventRssMiB }) => eventRssMiB),
    'herd s': by(({ herdSeconds }) => herdSeconds),
    'herd CPU s': by(({ herdCpuMs }) => herdCpuMs / 1_000),
    'herd RSS MiB': by(({ herdRssMiB }) => herdRssMiB),
    'herd lost': sum(({ herdLost }) => herdLost),
    'herd twice': sum(({ herdTwice }) => herdTwice),
    lost: sum(({ lost }) => lost),
    twice: sum(({ twice }) => twice),
    broken: sum(({ broken }) => broken),
  }
}

await using redis = await benchRedis()
const pinned = availableParallelism() > 1 && pinSelf(1)
const samples = await compareLive({
  redisUrl: redis.url,
  namespace: `bench${process.pid}_`,
  targets: values.targets.split(',').filter((name) => name === 'vibely' || name === 'plain' || name === 'raw'),
  sizes: values.sizes.split(',').map(Number),
  rounds: Number(values.rounds),
  events: Number(values.events),
  restMs: 3_000,
  cores: pinned ? { server: 0, clients: 1 } : { server: undefined, clients: undefined },
  say: (line) => console.error(line),
})
const groups = Map.groupBy(samples, ({ target, subscribers }) => `${subscribers} ${target}`)
printTable('live', [...groups.values()].map(rowOf))
console.log(`\n${writeResults('live', { options: values, samples })}`)
if (process.connected) process.disconnect()
