import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** What is written down about a process that outlives its starter. `born` tells it from a later process with the same pid. */
export interface ProcessRecord {
  readonly pid: number
  readonly born: string
  readonly port: number
  /** Who stops it. Undefined when it is meant to outlive its starter. */
  readonly owner?: { readonly pid: number; readonly born: string }
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** The user to run as, when the server refuses root. */
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly logFile: string
  readonly pidFile: string
  readonly port: number
  /** True when it is to go on running after this process. */
  readonly lasting?: boolean
}

const launched: ProcessRecord[] = []

/**
 * Starts a process in a session of its own, so that a Ctrl-C in the terminal reaches only us and we decide the order of the stop.
 * Its output goes to the log file, its pid to the pid file.
 */
export async function launch(options: Launch): Promise<{ record: ProcessRecord; child: ChildProcess }> {
  mkdirSync(dirname(options.logFile), { recursive: true })
  const log = openSync(options.logFile, 'w')
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...options.user,
  })
  closeSync(log)
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  child.unref()
  const pid = child.pid as number
  const record = { pid, born: bornAt(pid) ?? '', port: options.port, ...(!options.lasting && { owner: self() }) }
  writeRecord(options.pidFile, record)
  launched.push(record)
  return { record, child }
}

/** Ends everything launched by this process, without waiting and without mercy: the last resort. */
export function killLaunched(): void {
  for (const record of launched) if (isAlive(record)) sendSignal(record, 'SIGKILL')
}

/** Writes this very process down, as the holder of something. */
export const recordSelf = (pidFile: string): void => writeRecord(pidFile, { ...self(), port: 0 })

/** Takes over a process whose owner was killed before it could stop it. False when it has an owner, or needs none. */
export function adopt(pidFile: string): boolean {
  const record = runningProcess(pidFile)
  if (!record?.owner || isAlive(record.owner)) return false
  writeRecord(pidFile, { ...record, owner: self() })
  return true
}

const self = () => ({ pid: process.pid, born: bornAt(process.pid) ?? '' })

function writeRecord(pidFile: string, record: ProcessRecord): void {
  mkdirSync(dirname(pidFile), { recursive: true })
  writeFileSync(pidFile, JSON.stringify(record))
}

/** The recorded process, if it still lives and is the same one. A stale record is removed. */
export function runningProcess(pidFile: string): ProcessRecord | undefined {
  if (!existsSync(pidFile)) return undefined
  const record = parseRecord(readFileSync(pidFile, 'utf8'))
  if (record && isAlive(record)) return record
  rmSync(pidFile, { force: true })
  return undefined
}

/** Whether exactly this process still runs; a zombie, or a stranger that got the pid later, does not count. */
export function isAlive(record: Pick<ProcessRecord, 'pid' | 'born'>): boolean {
  return bornAt(record.pid) === record.born
}

/** Asks the process to stop, waits, and kills it after the grace time. Stopping what is gone is harmless. */
export async function stopProcess(pidFile: string, signal: NodeJS.Signals = 'SIGTERM', graceMs = 20_000): Promise<void> {
  const record = runningProcess(pidFile)
  if (!record) return
  sendSignal(record, signal)
  const deadline = Date.now() + graceMs
  while (isAlive(record)) {
    if (Date.now() > deadline) sendSignal(record, 'SIGKILL')
    await delay(50)
  }
  rmSync(pidFile, { force: true })
}

/** The last lines a process wrote, for the message that says why it did not come up. */
export function lastLines(logFile: string, count = 15): string {
  if (!existsSync(logFile)) return '(no log)'
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n') || '(the log is empty)'
}

/** The command line of a process, shortened for a message. */
export function commandLine(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return text.length > 80 ? `${text.slice(0, 77)}...` : text
  } catch {
    return 'unknown'
  }
}

function bornAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces. After it: 0 the state, 17 the number of threads, 19 the start time in ticks since boot.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // The first thread of a process may be a zombie while others still hold its sockets.
    const ended = fields[0] === 'Z' && Number(fields[17]) <= 1
    return ended ? undefined : fields[19]
  } catch {
    return existsSync('/proc/self/stat') ? undefined : bornWithoutProc(pid)
  }
}

/** Systems without /proc (macOS): the existence of the pid is all that is known. */
function bornWithoutProc(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
    return ''
  } catch {
    return undefined
  }
}

function sendSignal(record: ProcessRecord, signal: NodeJS.Signals): void {
  try {
    process.kill(record.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function parseRecord(text: string): ProcessRecord | undefined {
  try {
    const { pid, born, port, owner } = JSON.parse(text) as Partial<ProcessRecord>
    return pid && born !== undefined && port !== undefined ? { pid, born, port, ...(owner && { owner }) } : undefined
  } catch {
    return undefined // cut off by a full disk or a crash
  }
}
