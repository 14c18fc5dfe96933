import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { interrupted } from '../interruption.ts'
import { Problem } from '../problem.ts'
import { requireFreePort } from './ports.ts'
import { adopt, isAlive, lastLines, launch, type ProcessRecord, runningProcess, stopProcess } from './process.ts'
import { requireDiskSpace } from './state.ts'

/** Tells the person who waits what is going on. */
export type Report = (text: string) => void

/** Where and how one server runs. */
export interface Place {
  /** The server's own folder: data, log, pid. */
  readonly folder: string
  /** Downloads, shared by all runs. */
  readonly cache: string
  readonly port: number
  /** True in tests: what a power cut would lose is of no interest. */
  readonly throwaway: boolean
  /** True when the server is to go on running after this process. */
  readonly lasting?: boolean
  readonly report: Report
}

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** What tells one server from another; `startNative` does the rest. */
export interface NativeServer {
  readonly name: 'postgres' | 'mongodb' | 'redis' | 'kafka'
  readonly title: string
  readonly portVariable: string
  /** Fetches what is missing, creates the data folder, and returns the command that runs the server. Safe to repeat. */
  prepare(place: Place): Promise<Command>
  /** Puts a real request to the server; throws until it answers. Finishes the set-up, if the server needs that. */
  ready(place: Place): Promise<void>
  readonly stopSignal: NodeJS.Signals
  readonly startTimeoutMs: number
}

export interface Started {
  /** False when the server already ran, or runs on by itself: then it is not ours to stop. */
  readonly ours: boolean
  readonly pid: number
}

const pidFile = (place: Pick<Place, 'folder'>) => join(place.folder, 'process.json')
const logFile = (place: Pick<Place, 'folder'>) => join(place.folder, 'server.log')

/** Starts the server unless it already runs from this folder, and returns when it answers. */
export async function startNative(server: NativeServer, place: Place): Promise<Started> {
  const running = runningProcess(pidFile(place))
  if (running) return reuse(server, place, running)
  await requirePlace(server, place)
  const command = await server.prepare(place)
  place.report('starting')
  const { record, child } = await launch({
    ...command,
    port: place.port,
    lasting: place.lasting ?? false,
    logFile: logFile(place),
    pidFile: pidFile(place),
  })
  try {
    await untilReady(server, place, record, child)
  } catch (error) {
    await stopNative(server, place)
    throw error
  }
  return { ours: !place.lasting, pid: record.pid }
}

/** Fails when the server could not start here: another port than the running one's, a taken port, a full disk. */
export async function requirePlace(server: NativeServer, place: Pick<Place, 'folder' | 'port'>): Promise<void> {
  const running = runningProcess(pidFile(place))
  if (running) return requireSamePort(server, place, running)
  requireDiskSpace(place.folder)
  await requireFreePort(place.port, server.title, server.portVariable)
}

/** Stops the server that runs from this folder, if one does. */
export async function stopNative(server: NativeServer, place: Pick<Place, 'folder'>): Promise<void> {
  await stopProcess(pidFile(place), server.stopSignal)
}

/** The process that serves from this folder now. */
export const nativeProcess = (place: Pick<Place, 'folder'>) => runningProcess(pidFile(place))

async function reuse(server: NativeServer, place: Place, running: ProcessRecord): Promise<Started> {
  requireSamePort(server, place, running)
  await untilReady(server, place, running)
  return { ours: adopt(pidFile(place)), pid: running.pid }
}

function requireSamePort(server: NativeServer, place: Pick<Place, 'port'>, running: ProcessRecord): void {
  if (running.port === place.port) return
  throw new Problem(
    `${server.title} of this checkout already runs on port ${running.port} (process ${running.pid}), not on ${place.port}.`,
    `Stop it first (npm run vibely -- down), or keep its port: ${server.portVariable}=${running.port}`,
  )
}

async function untilReady(server: NativeServer, place: Place, record: ProcessRecord, child?: ChildProcess): Promise<void> {
  const deadline = Date.now() + server.startTimeoutMs
  for (;;) {
    const failure = await server.ready(place).then(
      () => undefined,
      (error: unknown) => error ?? 'no answer',
    )
    if (failure === undefined) return
    interrupted.throwIfAborted()
    if (!isAlive(record)) throw cameNotUp(server, place, `ended at once (status ${child?.exitCode ?? 'unknown'})`)
    if (Date.now() > deadline) throw cameNotUp(server, place, `does not answer after ${server.startTimeoutMs / 1000} s (${failure})`)
    await delay(100)
  }
}

function cameNotUp(server: NativeServer, place: Place, how: string): Problem {
  return new Problem(
    `${server.title} ${how}. Its last log lines:\n${lastLines(logFile(place)).replaceAll(/^/gm, '    ')}`,
    `The whole log: ${logFile(place)}. If its data is damaged, npm run reset starts afresh.`,
  )
}
