import type { WebSocket } from 'ws'
import { takeTurns } from './turns.ts'

const PING_SECONDS = 12

/** Pings sockets, each every 12 s. */
export interface Pings extends Disposable {
  add(socket: WebSocket): void
}

/** A peer that has not answered by the next ping is gone. */
export function startPings(): Pings {
  const silent = new WeakSet<WebSocket>()
  const turns = takeTurns<WebSocket>(PING_SECONDS, (socket) => {
    if (silent.has(socket)) return socket.terminate()
    silent.add(socket)
    socket.ping()
  })
  return {
    add(socket) {
      turns.add(socket)
      socket.on('pong', () => silent.delete(socket))
      socket.once('close', () => turns.delete(socket))
    },
    [Symbol.dispose]: () => turns[Symbol.dispose](),
  }
}
