import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { Problem } from '../problem.ts'
import { commandLine } from './process.ts'

/**
 * A port that nothing listens on, and the one after it, which Kafka's controller takes. Below the range from which the system gives
 * ports to outgoing connections, so that none of those is in the way a moment later.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 2 * randomInt(10_000, 16_000)
    if ((await portIsFree(port)) && (await portIsFree(port + 1))) return port
  }
}

/** Whether a server could listen on the port, on the loopback address and on all of them. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port))
}

/** Fails with the process that holds the port and the variable that moves ours. */
export async function requireFreePort(port: number, purpose: string, variable: string): Promise<void> {
  if (await portIsFree(port)) return
  throw new Problem(
    `Port ${port}, which ${purpose} needs, is taken by ${describeHolder(port)}.`,
    `Stop that process, or choose another port: ${variable}=${port + 100} npm start`,
  )
}

/** The processes listening on the port, as far as this user may see them (Linux). */
export function portHolders(port: number): number[] {
  const sockets = listeningSockets(port)
  if (sockets.size === 0) return []
  return processIds().filter((pid) => openFiles(pid).some((file) => sockets.has(file)))
}

function canListen(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAFNOSUPPORT'))
    probe.listen({ port, ...(host ? { host } : {}) }, () => probe.close(() => resolve(true)))
  })
}

function describeHolder(port: number): string {
  const [pid] = portHolders(port)
  return pid === undefined ? 'a process that this user may not look into' : `process ${pid} (${commandLine(pid)})`
}

function listeningSockets(port: number): Set<string> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => attempt(() => readFileSync(table, 'utf8').split('\n').slice(1), []))
  const fields = lines.map((line) => line.trim().split(/\s+/))
  // Columns: 1 the local address, 3 the state (0A is LISTEN), 9 the inode of the socket.
  return new Set(fields.filter((f) => f[1]?.endsWith(`:${hexPort}`) && f[3] === '0A').map((f) => `socket:[${f[9]}]`))
}

const processIds = () =>
  attempt(
    () =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(Number),
    [],
  )

const openFiles = (pid: number) =>
  attempt(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''))

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise // gone meanwhile, another user's, or a system without /proc
  }
}
