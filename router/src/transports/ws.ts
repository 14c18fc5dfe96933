import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '@vibely/kit/logger'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { OriginCheck } from '../http/origins.ts'
import { socketsClosed, socketsOpen } from '../telemetry/metrics.ts'
import { endApart, type LiveConnectionOptions } from './live-connections.ts'
import { startPings } from './pings.ts'
import { RESTART, socketClient } from './ws-client.ts'
import { wsOperations } from './ws-operations.ts'

const MESSAGE_BYTES = 64 * 1024

export interface SocketOptions extends LiveConnectionOptions {
  readonly logger: Logger
}

/**
 * Serves graphql-transport-ws on `/graphql` of a listener.
 * Disposing closes the sockets in random order, so that their clients do not come back all at once.
 */
export function addSockets(server: Server, options: SocketOptions): AsyncDisposable {
  const { admission, isAllowed, addressOf, logger } = options
  const operations = wsOperations(options.operations, logger)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES, handleProtocols })
  const pings = startPings()
  let draining = false

  function serve(socket: WebSocket, wire: Duplex, request: IncomingMessage, place: Disposable): void {
    const { client, close } = socketClient(socket, wire, request, options)
    pings.add(socket)
    socketsOpen.add(1)
    const closed = operations.opened(
      {
        protocol: socket.protocol,
        send: client.tell,
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on('message', (data) => {
            // Who has been told to go may take half a minute to do so: until then ws hands his messages on.
            if (socket.readyState !== socket.OPEN) return
            receive(String(data)).catch((error: unknown) => {
              logger.error({ err: error }, 'a message on a socket failed')
              socket.close(CloseCode.InternalServerError, 'Internal error')
            })
          }),
        // The library would send a ping's payload back, and a token is not to be repeated.
        onPing: () => client.tell('{"type":"pong"}'),
      },
      client,
    )
    // ws closes the socket by itself, with the right code.
    socket.on('error', (error) => logger.debug({ err: error }, 'socket'))
    socket.once('close', (code, reason) => {
      socketsOpen.add(-1)
      socketsClosed.add(1, { code })
      place[Symbol.dispose]()
      close()
      closed(code, String(reason)).catch((error: unknown) => logger.error({ err: error }, 'a socket was not left cleanly'))
    })
  }

  const onUpgrade = (request: IncomingMessage, wire: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, draining, isAllowed)
    const place = refusal ? null : admission.enter(addressOf(request) ?? '')
    if (!place) return refuse(wire, refusal ?? TOO_MANY)
    // A handshake that fails ends the connection without a socket.
    const leave = () => place[Symbol.dispose]()
    wire.once('close', leave)
    sockets.handleUpgrade(request, wire, head, (accepted) => {
      wire.off('close', leave)
      serve(accepted, wire, request, place)
    })
  }
  server.on('upgrade', onUpgrade)

  return {
    async [Symbol.asyncDispose]() {
      draining = true
      await endApart(sockets.clients, closeForRestart)
      server.off('upgrade', onUpgrade)
      pings[Symbol.dispose]()
      sockets.close()
    },
  }
}

/** Node has let go of the connection: nobody else hears its errors, and nobody else ends it when the peer keeps it open. */
function refuse(wire: Duplex, status: string): void {
  wire.on('error', () => wire.destroy())
  wire.once('finish', () => wire.destroy())
  wire.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

const TOO_MANY = '429 Too Many Requests\r\nretry-after: 1'

function refusalOf(request: IncomingMessage, draining: boolean, isAllowed: OriginCheck): string | null {
  if (request.url?.split('?', 1)[0] !== '/graphql') return '404 Not Found'
  if (draining) return '503 Service Unavailable'
  return isAllowed(request.headers) ? null : '403 Forbidden'
}

async function closeForRestart(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.close(RESTART, 'Service restart')
  // A peer that does not answer the close must not hold up the drain.
  const giveUp = setTimeout(() => socket.terminate(), 1_000)
  await closed
  clearTimeout(giveUp)
}
