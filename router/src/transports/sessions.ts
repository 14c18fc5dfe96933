import type { WebSocket } from 'ws'
import type { Identity } from '../identity/access-token.ts'

const FORBIDDEN = 4403

/** Open sockets by session: a socket ends with the credential that opened it. */
export interface SocketSessions {
  /** Closes the socket when its token has expired, or its session is revoked. */
  bind(socket: WebSocket, identity: Identity): void
  end(sessionId: string): void
}

export function socketSessions(): SocketSessions {
  const sockets = new Map<string, Set<WebSocket>>()
  return {
    bind(socket, { viewer, validUntil }) {
      if (!viewer || validUntil === null) return
      const expiry = setTimeout(() => socket.close(FORBIDDEN, 'Token expired'), validUntil - Date.now())
      const session = viewer.sessionId ?? ''
      const siblings = sockets.get(session) ?? new Set()
      sockets.set(session, siblings.add(socket))
      socket.once('close', () => {
        clearTimeout(expiry)
        siblings.delete(socket)
        if (siblings.size === 0) sockets.delete(session)
      })
    },
    end(sessionId) {
      for (const socket of sockets.get(sessionId) ?? []) socket.close(FORBIDDEN, 'Session ended')
    },
  }
}
