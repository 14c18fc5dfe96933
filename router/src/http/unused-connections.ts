import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Closes connections on which no request has come. Clients open some ahead, and to Node they are not idle: a server that
 * closes would wait for them until their headers are overdue, a minute later.
 * @returns closes those of now, and from then on refuses new ones
 */
export function trackUnused(server: Server): () => void {
  const unused = new Set<Socket>()
  let closing = false
  server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy()
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  const used = ({ socket }: { readonly socket: Socket }) => void unused.delete(socket)
  server.on('request', used)
  server.on('upgrade', used)
  return () => {
    closing = true
    for (const socket of unused) socket.destroy()
  }
}
