import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Launched extends AsyncDisposable {
  readonly pid: number
  readonly process: ChildProcess
  /** What it wrote so far, for the report of a failure. */
  said(): string
}

/**
 * A process, on one core where `taskset` exists. Disposing kills it: nothing that is measured has something to save.
 * @param options.script run by Node, from the folder of the benchmarks; with an absolute path, a program
 * @param options.flags of Node
 */
export function launch(options: {
  readonly script: string
  readonly args?: readonly string[]
  readonly flags?: readonly string[]
  readonly core?: number | undefined
  readonly env?: Readonly<Record<string, string>>
}): Launched {
  const { script, args = [], flags = [], core, env = {} } = options
  const program = isAbsolute(script) ? [script] : [process.execPath, ...flags, fileURLToPath(new URL(`../${script}`, import.meta.url))]
  const [command = '', ...rest] = [...(core === undefined ? [] : ['taskset', '-c', String(core)]), ...program, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ...QUIET, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output = `${output}${chunk}`.slice(-4_000)))
  return {
    pid: child.pid ?? 0,
    process: child,
    said: () => output,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/**
 * Everybody is measured as in production, and nobody calls home. A Redis that happens to be in the environment would give the router
 * a cache that the others do not have: who is to use one is given it.
 */
const QUIET = { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', LOG_LEVEL: 'warn', REDIS_URL: '' }
