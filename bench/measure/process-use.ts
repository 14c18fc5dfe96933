import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Linux reports CPU time in ticks of this length on every architecture that Node runs on. */
const TICK_MS = 10

/** CPU time of a process so far, all its threads, user and system, in milliseconds. @throws Error when it has ended */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field, the name, may hold spaces; what follows it starts with the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** On a busy machine a process gets less of its core than it asks for, but not less than this for long. */
const LEAST_SHARE = 0.2

/** True once a process has worked for so many seconds of CPU time from now on: as good a sample on a busy machine as on an idle one. */
export function hasWorked(pid: number, seconds: number): (elapsedMs: number) => boolean {
  const before = cpuMs(pid)
  return (elapsedMs) => cpuMs(pid) - before >= seconds * 1_000 || elapsedMs >= (seconds * 1_000) / LEAST_SHARE
}

/** Memory that a process holds now, in MiB. @throws Error when it has ended */
export const rssMiB = (pid: number): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** Keeps this process on one core. False where `taskset` is missing. */
export function pinSelf(core: number): boolean {
  try {
    execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
