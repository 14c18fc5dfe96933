import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '@vibely/kit/logger'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { OriginCheck } from '../http/origins.ts'
import type { Authenticator } from '../identity/access-token.ts'
import type { LiveOptions } from '../live/subscribe.ts'
import type { Pipeline } from '../pipeline.ts'
import type { SocketSessions } from './sessions.ts'
import { type SocketClient, wsOperations } from './ws-operations.ts'

const MESSAGE_BYTES = 64 * 1024
const PING_MS = 12_000
const RESTART = 1012
const DRAIN_MS = 5_000
const DRAIN_MS_EACH = 2

export interface SocketOptions {
  readonly pipeline: Pipeline
  readonly live: LiveOptions | null
  readonly authenticator: Authenticator
  readonly sessions: SocketSessions
  readonly isAllowed: OriginCheck
  readonly logger: Logger
}

/**
 * Serves graphql-transport-ws on `/graphql` of a listener.
 * Disposing closes the sockets in random order, so that their clients do not come back all at once.
 */
export function addSockets(server: Server, options: SocketOptions): AsyncDisposable {
  const { pipeline, live, authenticator, sessions, isAllowed, logger } = options
  const operations = wsOperations(pipeline, live, logger)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES, handleProtocols })
  let draining = false

  function serve(socket: WebSocket, request: IncomingMessage): void {
    const left = new AbortController()
    const stopPings = startPings(socket)
    const client: SocketClient = {
      async identify(authorization) {
        const identity = await authenticator.authenticate(authorization)
        sessions.bind(socket, identity)
        return identity
      },
      close: (code, reason) => socket.close(code, reason),
      ip: request.socket.remoteAddress ?? null,
      userAgent: request.headers['user-agent'] ?? null,
      left: left.signal,
    }
    const closed = operations.opened(
      {
        protocol: socket.protocol,
        // Resolves once the bytes have left: a client that does not read holds its own streams back, and nobody else's.
        send: (data) => new Promise((resolve) => (socket.readyState === socket.OPEN ? socket.send(data, () => resolve()) : resolve())),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on('message', (data) => {
            receive(String(data)).catch((error: unknown) => {
              logger.error({ err: error }, 'a message on a socket failed')
              socket.close(CloseCode.InternalServerError, 'Internal error')
            })
          }),
      },
      client,
    )
    // ws closes the socket by itself, with the right code.
    socket.on('error', (error) => logger.debug({ err: error }, 'socket'))
    socket.once('close', (code, reason) => {
      stopPings()
      left.abort()
      closed(code, String(reason)).catch((error: unknown) => logger.error({ err: error }, 'a socket was not left cleanly'))
    })
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, draining, isAllowed)
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, (accepted) => serve(accepted, request))
  }
  server.on('upgrade', onUpgrade)

  return {
    async [Symbol.asyncDispose]() {
      draining = true
      const within = Math.min(DRAIN_MS, sockets.clients.size * DRAIN_MS_EACH)
      await Promise.all([...sockets.clients].map((socket) => closeForRestart(socket, within)))
      server.off('upgrade', onUpgrade)
      sockets.close()
    },
  }
}

function refusalOf(request: IncomingMessage, draining: boolean, isAllowed: OriginCheck): string | null {
  if (request.url?.split('?', 1)[0] !== '/graphql') return '404 Not Found'
  if (draining) return '503 Service Unavailable'
  return isAllowed(request.headers) ? null : '403 Forbidden'
}

/** A peer that has not answered a ping by the next one is gone. */
function startPings(socket: WebSocket): () => void {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, PING_MS)
  return () => clearInterval(timer)
}

async function closeForRestart(socket: WebSocket, within: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * within))
  if (socket.readyState === socket.CLOSED) return
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.close(RESTART, 'Service restart')
  // A peer that does not answer the close must not hold up the drain.
  const giveUp = setTimeout(() => socket.terminate(), 1_000)
  await closed
  clearTimeout(giveUp)
}
