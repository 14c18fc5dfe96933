import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that a test can cut and mend. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** The server's URL, by this way. */
  readonly url: string
  /** Breaks every connection and refuses new ones. */
  cut(): void
  /** Lets bytes wait: connections stay open and nothing arrives. */
  freeze(): void
  mend(): void
}

/** Listens on a free port of this host and passes everything on to the server of a URL that names its port. */
export async function openTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'frozen' = 'open'
  const adopt = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    if (state === 'frozen') socket.pause()
  }
  const server = createServer((client) => {
    if (state === 'cut') {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(Number(port), hostname)
    adopt(client)
    adopt(upstream)
    client.on('data', (bytes) => upstream.write(bytes)).on('close', () => upstream.destroy())
    upstream.on('data', (bytes) => client.write(bytes)).on('close', () => client.destroy())
    if (state === 'frozen') for (const socket of [client, upstream]) socket.pause()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const around = new URL(target)
  around.hostname = '127.0.0.1'
  around.port = String((server.address() as AddressInfo).port)
  return {
    port: Number(around.port),
    url: around.href,
    cut() {
      state = 'cut'
      for (const socket of sockets) socket.resetAndDestroy()
    },
    freeze() {
      state = 'frozen'
      for (const socket of sockets) socket.pause()
    },
    mend() {
      state = 'open'
      for (const socket of sockets) socket.resume()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
