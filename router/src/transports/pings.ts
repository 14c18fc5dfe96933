import type { WebSocket } from 'ws'

const PING_MS = 12_000
const TICK_MS = 1_000
const SLOTS = PING_MS / TICK_MS

/** Pings sockets, each every 12 s. */
export interface Pings extends Disposable {
  add(socket: WebSocket): void
}

/** A peer that has not answered by the next ping is gone. Sockets take turns: all at once would hold up the rest. */
export function startPings(): Pings {
  const slots = Array.from({ length: SLOTS }, () => new Map<WebSocket, boolean>())
  let turn = 0
  const clock = setInterval(() => {
    turn = (turn + 1) % SLOTS
    const slot = slots[turn]
    for (const [socket, answered] of slot ?? []) {
      if (!answered) {
        socket.terminate()
        continue
      }
      slot?.set(socket, false)
      socket.ping()
    }
  }, TICK_MS)
  let added = 0
  return {
    add(socket) {
      added += 1
      const slot = slots[added % SLOTS]
      slot?.set(socket, true)
      socket.on('pong', () => slot?.set(socket, true))
      socket.once('close', () => slot?.delete(socket))
    },
    [Symbol.dispose]: () => clearInterval(clock),
  }
}
