// npm run bench:profile: where the router's time goes under one workload of the gateway benchmark.
//   -- --workload heavy --gateway vibely --seconds 10; "vibely embedded" and its companions too
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { contenders as embedded } from './embedded/contenders.ts'
import { workloads } from './gateways/compare.ts'
import { contenders as gateways } from './gateways/contenders.ts'
import { startGateway, startSubgraphs } from './gateways/running.ts'
import { expectedAnswers, verified } from './gateways/verify.ts'
import { load } from './measure/load.ts'
import { hasWorked, pinSelf } from './measure/process-use.ts'
import { type CpuProfile, sharesOf } from './measure/profile.ts'
import { printTable, writeResults } from './measure/report.ts'

const SHOWN = 30

const { values } = parseArgs({
  options: {
    workload: { type: 'string', default: 'heavy' },
    gateway: { type: 'string', default: 'vibely' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '50' },
  },
})
const workload = workloads.get(values.workload)
const contender = [...gateways, ...embedded].find(({ name }) => name === values.gateway)
if (!workload || !contender) throw new Error(`there is no ${values.workload} or no ${values.gateway}`)

await using stack = new AsyncDisposableStack()
const folder = stack.adopt(mkdtempSync(join(tmpdir(), 'vibely-profile-')), (path) => rmSync(path, { recursive: true }))
const [gatewayCore, otherCore] = availableParallelism() > 1 && pinSelf(1) ? [0, 1] : [undefined, undefined]
const subgraphs = stack.use(await startSubgraphs(folder, otherCore))
const profiled = { ...contender, flags: [...(contender.flags ?? []), '--cpu-prof', `--cpu-prof-dir=${folder}`] }
const gateway = stack.use(await startGateway(profiled, subgraphs.supergraph, gatewayCore))
const requests = await verified(gateway.url, workload, await expectedAnswers(workload))
if (typeof requests === 'string') throw new Error(`${contender.name} ${requests}`)
const isEnough = hasWorked(gateway.pid, Number(values.seconds))
const result = await load(gateway.url, requests, { connections: Number(values.connections), isEnough })
// The profile is written when the process ends by itself.
const ended = once(gateway.process, 'exit')
process.kill(gateway.pid, 'SIGTERM')
await ended
// The main thread's: planners in threads write their own, and do little.
const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
const profiles = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile)
const profile = profiles.toSorted((a, b) => b.samples.length - a.samples.length)[0]
if (!profile) throw new Error('no profile was written')
const { places, functions } = sharesOf(profile)
printTable(
  `${contender.name}, ${values.workload}: where`,
  places.slice(0, SHOWN).map((share) => ({ ...share })),
)
printTable(
  'by function',
  functions.slice(0, SHOWN).map((share) => ({ ...share })),
)
console.log(`\n${writeResults('profile', { options: values, result, places, functions })}`)
if (process.connected) process.disconnect()
