import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const CHECK_MS = 20

/** What stands in front of several routers: connections go to one after the other, to those alone that say they are ready. */
export interface Balancer extends AsyncDisposable {
  readonly url: string
  /** How many connections each backend was given. */
  readonly given: ReadonlyMap<string, number>
}

export async function openBalancer(backends: readonly string[]): Promise<Balancer> {
  const ready = new Set(backends)
  const given = new Map<string, number>()
  const sockets = new Set<Socket>()
  let turn = 0

  const checks = setInterval(() => {
    for (const backend of backends)
      fetch(`${backend}/readyz`).then(
        ({ ok }) => void (ok ? ready.add(backend) : ready.delete(backend)),
        () => ready.delete(backend),
      )
  }, CHECK_MS)

  const server = createServer((client) => {
    const open = [...ready]
    const backend = open[turn++ % open.length]
    if (backend === undefined) return void client.destroy()
    given.set(backend, (given.get(backend) ?? 0) + 1)
    const { hostname, port } = new URL(backend)
    const upstream = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.once('close', () => sockets.delete(from))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    async [Symbol.asyncDispose]() {
      clearInterval(checks)
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
