import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A server that a test answers for. */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** Bodies of the requests that came. */
  readonly bodies: string[]
}

/** An HTTP server whose answers the test writes. */
export async function httpServer(
  answer: (response: ServerResponse, body: string, request: IncomingMessage) => void,
): Promise<TestServer & { readonly closed: () => number }> {
  const bodies: string[] = []
  let closed = 0
  const server = createServer(async (request, response) => {
    const body = await text(request)
    bodies.push(body)
    response.on('close', () => {
      if (!response.writableFinished) closed += 1
    })
    answer(response, body, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    bodies,
    closed: () => closed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server below HTTP: the test gets each socket's requests as they come. */
export async function tcpServer(onRequest: (socket: Socket, count: number) => void): Promise<TestServer> {
  const bodies: string[] = []
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      bodies.push(bytes.toString())
      onRequest(socket, bodies.length)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    bodies,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
