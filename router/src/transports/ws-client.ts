import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type FaultCode, fault, isPassing } from '@vibely/kit/errors'
import type { WebSocket } from 'ws'
import { renewedCaller } from '../identity/client-headers.ts'
import { BACKLOG_LIMIT, emptyBacklog } from '../live/queue.ts'
import type { Credential, CredentialEnd } from '../live/reauthorize.ts'
import { textFrame } from './frames.ts'
import { LEFT, type LiveConnectionOptions } from './live-connections.ts'
import { openRoom } from './room.ts'
import type { SocketClient } from './ws-operations.ts'

export const RESTART = 1012
const LATER = 1013
const FORBIDDEN = 4403
const END = Buffer.from('}')

const CLOSING: Readonly<Record<CredentialEnd, readonly [code: number, reason: string]>> = {
  expired: [FORBIDDEN, 'Token expired'],
  revoked: [FORBIDDEN, 'Credential ended'],
  unproved: [LATER, 'Try again later'],
}

/** One socket: who is behind it, and how results reach it. `close` is called when it has closed. */
export function socketClient(
  socket: WebSocket,
  wire: Duplex,
  request: IncomingMessage,
  options: Pick<LiveConnectionOptions, 'authenticator' | 'credentials' | 'admission' | 'addressOf' | 'headersOf'>,
): { readonly client: SocketClient; readonly close: () => void } {
  const { authenticator, credentials, admission, addressOf, headersOf } = options
  const left = new AbortController()
  const backlog = emptyBacklog()
  let credential: Credential | undefined
  let place: Disposable | null = null
  const room = openRoom()

  const ip = addressOf(request)
  // Who is let in needs them no more, and the request itself would be held for as long as the socket is open.
  let { headers } = request
  /** What passes closes the socket with a code that tells the client to come back. */
  const authenticated = (authorization: string | undefined) =>
    authenticator.authenticate(authorization, ip).catch((error: unknown) => {
      if (isPassing(error)) socket.close(LATER, 'Try again later')
      throw error
    })
  const isOpen = () => socket.readyState === socket.OPEN
  const tooSlow = () => socket.close(LATER, 'Too slow')
  wire.on('drain', () => {
    for (const operation of client.running) operation.resume()
    room.free()
  })

  const client: SocketClient = {
    async identify(authorization) {
      const identity = await authenticated(authorization)
      const { viewer } = identity
      place = viewer ? admission.enterUser(viewer.id) : null
      if (viewer && !place) {
        socket.close(LATER, 'Too many sockets')
        throw fault('RATE_LIMITED' satisfies FaultCode, 'Too many sockets of one user.')
      }
      credential = credentials.follow(identity, (why) => socket.close(...CLOSING[why]))
      // It may have closed while the token was verified.
      if (left.signal.aborted) close()
      return identity
    },
    async renew(authorization) {
      try {
        const identity = await authenticated(authorization)
        if (!client.caller || !credential?.renew(identity)) throw fault('FORBIDDEN')
        const fresh = { ...client.caller, viewer: identity.viewer, headers: headersOf({}, { authorization }) }
        client.caller = renewedCaller(client.caller, fresh)
        for (const operation of client.running) operation.renew(client.caller)
      } catch {
        socket.close(FORBIDDEN, 'Forbidden')
      }
    },
    outlet(id) {
      const start = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`)
      return {
        // Frames go to the wire past ws, which would build each anew: with no compression nothing of it is held back there.
        send: ({ json }) => !isOpen() || wire.write(textFrame(start, json, END)),
        batch(work) {
          wire.cork()
          work()
          wire.uncork()
        },
        buffered: () => wire.writableLength,
        overflow: tooSlow,
        mayReceive: () => credential?.isGood() ?? true,
      }
    },
    tell(data) {
      if (!isOpen()) return
      if (wire.writableLength > BACKLOG_LIMIT.bytes) tooSlow()
      else socket.send(data)
    },
    roomy: () => (wire.writableNeedDrain && isOpen() ? room.wait() : Promise.resolve()),
    backlog,
    callerOf(viewer, init) {
      const caller = { viewer, ip, userAgent: headers['user-agent'] ?? null, headers: headersOf(headers, init ?? {}) }
      headers = {}
      return caller
    },
    left: left.signal,
    running: new Set(),
  }
  const close = () => {
    left.abort(LEFT)
    credential?.[Symbol.dispose]()
    place?.[Symbol.dispose]()
    for (const operation of client.running) operation.close()
    room.free()
  }
  return { client, close }
}
