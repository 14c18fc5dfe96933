import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy whose connections can be cut, as a network does it. */
export interface CuttableProxy extends AsyncDisposable {
  readonly url: string
  /** Cuts every connection; new ones are let through again. */
  cut(): void
  /** Lets nothing through until the returned function is called, as if the other side had frozen. */
  freeze(): () => void
}

export async function proxyTo(target: string): Promise<CuttableProxy> {
  const { hostname, port, protocol } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    freeze() {
      for (const socket of sockets) socket.pause()
      return () => {
        for (const socket of sockets) socket.resume()
      }
    },
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
    },
  }
}
