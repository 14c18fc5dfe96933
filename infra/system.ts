import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { interrupted } from './interruption.ts'
import { requireFreePort } from './native/ports.ts'
import { isAlive, lastLines, launch, type ProcessRecord, recordSelf, runningProcess, stopProcess } from './native/process.ts'
import type { Report } from './native/server.ts'
import { checkout } from './native/state.ts'
import { nodeSettings } from './node-settings.ts'
import { Problem } from './problem.ts'
import { type AppProcess, processesOf, type SubgraphName, subgraphNames, type Topology } from './processes.ts'

const START_TIMEOUT_MS = 60_000
const telemetry = pathToFileURL(join(checkout, 'packages/kit/src/telemetry-setup.ts')).href

export interface SystemOptions {
  readonly topology: Topology
  /** Server addresses, secrets and settings for the processes. */
  readonly env: NodeJS.ProcessEnv
  /** Holds `run/` with the pid files and `logs/`. */
  readonly folder: string
  step<T>(title: string, work: (report: Report) => Promise<T>): Promise<T>
}

/** The running application. */
export interface System {
  readonly routerUrl: string
  /** Pid, port and log of each process, by its name. */
  readonly processes: Readonly<Record<string, ProcessRecord & { readonly logFile: string }>>
  /** Resolves with the reason when a process ends that nobody stopped. */
  readonly died: Promise<Problem>
  /** Starts a process again that has ended. */
  restart(name: string): Promise<void>
  stop(): Promise<void>
}

/** Starts the router and the subgraphs, in one process or in five, and returns when all are ready. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const apps = processesOf[options.topology]
  const routerUrl = `http://localhost:${portOf(apps.at(-1), options.env)}`
  const env = { PUBLIC_URL: routerUrl, ...options.env, ...subgraphAddresses(options.env) }
  await clearTheWay({ ...options, env })

  let stopping = false
  const death = Promise.withResolvers<Problem>()
  const processes: Record<string, ProcessRecord & { logFile: string }> = {}
  const stop = async () => {
    stopping = true
    for (const { name } of apps.toReversed()) if (processes[name]) await stopProcess(files(options.folder, name).pidFile, 'SIGTERM', 30_000)
  }
  const start = (app: AppProcess) =>
    options.step(app.name, async () => {
      const { logFile, pidFile } = files(options.folder, app.name)
      const { record, child } = await launch({
        command: process.execPath,
        args: [...nodeSettings.flags, '--disable-proto=delete', '--import', telemetry, join(checkout, app.entry)],
        cwd: checkout,
        env: {
          ...nodeSettings.env,
          ...env,
          ...app.settings?.(env),
          ...metricsPort(env, apps.indexOf(app)),
          [app.portVariable]: String(portOf(app, env)),
        },
        logFile,
        pidFile,
        port: portOf(app, env),
      })
      processes[app.name] = { ...record, logFile }
      child.once('exit', (code, signal) => {
        if (!stopping) death.resolve(endedByItself(app, `${signal ?? `status ${code}`}`, logFile))
      })
      await untilReady(app, record, logFile)
    })
  const restart = async (name: string) => {
    const app = apps.find((candidate) => candidate.name === name)
    if (!app) throw new Error(`No process is named ${name}.`)
    await start(app)
  }
  const results = await Promise.allSettled(apps.map(start))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return { routerUrl, processes, died: death.promise, restart, stop }
}

/** Stops what a killed start left behind and makes sure that the ports are free: better known before the long steps than after them. */
export async function clearTheWay({ topology, env, folder }: Pick<SystemOptions, 'topology' | 'env' | 'folder'>): Promise<void> {
  await stopOrphans(folder)
  for (const app of processesOf[topology]) await requireFreePort(portOf(app, env), `the process ${app.name}`, app.portVariable)
}

/** Makes this process the only one that runs the application from this folder. Returns what undoes it. */
export function claimFolder(folder: string): () => void {
  const claim = join(folder, 'run', 'starter.json')
  const holder = runningProcess(claim)
  if (holder) {
    throw new Problem(
      `Vibely is already running from ${folder} (npm start, process ${holder.pid}).`,
      'Stop that one first, or give this one a folder and ports of its own: VIBELY_HOME, ROUTER_PORT, POSTGRES_PORT, MONGODB_PORT, REDIS_PORT, KAFKA_PORT.',
    )
  }
  recordSelf(claim)
  return () => rmSync(claim, { force: true })
}

/** Stops application processes that an earlier start left behind when it was killed. */
export async function stopOrphans(folder: string): Promise<string[]> {
  const names = Object.values(processesOf)
    .flat()
    .map(({ name }) => name)
  const left = names.filter((name) => runningProcess(files(folder, name).pidFile))
  for (const name of left) await stopProcess(files(folder, name).pidFile, 'SIGTERM', 30_000)
  return left
}

/** Where the process of this name keeps its pid and its log. */
export function files(folder: string, name: string): { pidFile: string; logFile: string } {
  mkdirSync(join(folder, 'run'), { recursive: true })
  return { pidFile: join(folder, 'run', `${name}.json`), logFile: join(folder, 'logs', `${name}.log`) }
}

/** A port of its own for each process' metrics, counted from the given one. */
const metricsPort = (env: NodeJS.ProcessEnv, index: number): Record<string, string> =>
  env.METRICS_PORT ? { METRICS_PORT: String(Number(env.METRICS_PORT) + index) } : {}

const portOf = (app: AppProcess | undefined, env: NodeJS.ProcessEnv): number => Number((app && env[app.portVariable]) || app?.defaultPort)

/** `AUTH_URL` and so on for the router, from the ports, unless they are given. */
function subgraphAddresses(env: NodeJS.ProcessEnv): Record<string, string> {
  const address = (name: SubgraphName) =>
    `http://127.0.0.1:${portOf(
      processesOf.distributed.find((app) => app.name === name),
      env,
    )}`
  return Object.fromEntries(subgraphNames.map((name) => [`${name.toUpperCase()}_URL`, env[`${name.toUpperCase()}_URL`] ?? address(name)]))
}

async function untilReady(app: AppProcess, record: ProcessRecord, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${record.port}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => (response.ok ? 'ok' : `${response.status} ${await response.text()}`),
      (error: unknown) => String(error),
    )
    if (answer === 'ok') return
    interrupted.throwIfAborted()
    if (!isAlive(record)) throw endedByItself(app, 'before it was ready', logFile)
    if (Date.now() > deadline) {
      throw new Problem(
        `The process ${app.name} is not ready after ${START_TIMEOUT_MS / 1000} s (${answer}).\n${tail(logFile)}`,
        `The whole log: ${logFile}`,
      )
    }
    await delay(100)
  }
}

function endedByItself(app: AppProcess, how: string, logFile: string): Problem {
  return new Problem(`The process ${app.name} ended (${how}). Its last log lines:\n${tail(logFile)}`, `The whole log: ${logFile}`)
}

const tail = (logFile: string) => lastLines(logFile).replaceAll(/^/gm, '    ')
