import { createConnection, type Socket } from 'node:net'

const TEXT = 0x81
const PONG = 0x8a
const PING_OPCODE = 0x9
const CLOSE_OPCODE = 0x8

/** All sockets read into it: who has read something has handled it before the next one reads. */
const input = Buffer.allocUnsafeSlow(64 * 1024)

const NOTHING = Buffer.alloc(0)

export interface LeanSocket {
  send(message: object): void
  /** Ends it at once, as a network does. */
  destroy(): void
}

export interface LeanHandlers {
  readonly onOpen: () => void
  readonly onText: (text: string) => void
  /** Also when it never opened. */
  readonly onClose: () => void
}

/**
 * The least WebSocket client that graphql-transport-ws needs: ten thousand of a full one would be what is measured. It reads unfragmented
 * frames up to 64 KB, and masks with zeros.
 * @param localAddress from which it comes: servers limit what they take from one address
 */
export function leanSocket(url: URL, localAddress: string, { onOpen, onText, onClose }: LeanHandlers): LeanSocket {
  let pending: Buffer = NOTHING
  let open = false
  function read(chunk: Buffer): Buffer {
    if (!open) {
      const end = chunk.indexOf('\r\n\r\n')
      if (end < 0) return chunk
      if (!chunk.toString('latin1', 0, 12).endsWith(' 101')) {
        socket.destroy()
        return NOTHING
      }
      open = true
      chunk = chunk.subarray(end + 4)
      onOpen()
    }
    return readFrames(chunk, socket, onText)
  }
  const callback = (length: number) => {
    const chunk = input.subarray(0, length)
    const rest = read(pending.length === 0 ? chunk : Buffer.concat([pending, chunk]))
    pending = rest.length === 0 ? NOTHING : Buffer.from(rest)
    return true
  }
  const to = { host: url.hostname, port: Number(url.port), localAddress, noDelay: true }
  const socket = createConnection({ ...to, onread: { buffer: input, callback } })
  socket.on('connect', () => socket.write(upgrade(url)))
  socket.on('error', () => undefined) // the close that follows says it
  socket.on('close', onClose)
  return {
    send: (message) => write(socket, TEXT, Buffer.from(JSON.stringify(message))),
    destroy: () => socket.destroy(),
  }
}

const upgrade = ({ host, pathname }: URL): string =>
  [
    `GET ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol: graphql-transport-ws',
    '\r\n',
  ].join('\r\n')

/** Handles all whole frames. @returns the rest */
function readFrames(buffer: Buffer, socket: Socket, onText: (text: string) => void): Buffer {
  let at = 0
  while (buffer.length - at >= 2) {
    const opcode = (buffer[at] ?? 0) & 0x0f
    const short = (buffer[at + 1] ?? 0) & 0x7f
    const start = at + (short === 126 ? 4 : 2)
    if (buffer.length < start) break
    const end = start + (short === 126 ? buffer.readUInt16BE(at + 2) : short)
    if (short === 127) socket.destroy(new Error('a frame of more than 64 KB'))
    if (buffer.length < end) break
    if (opcode === 1) onText(buffer.toString('utf8', start, end))
    else if (opcode === PING_OPCODE) write(socket, PONG, buffer.subarray(start, end))
    else if (opcode === CLOSE_OPCODE) socket.destroy()
    at = end
  }
  return at === 0 ? buffer : buffer.subarray(at)
}

function write(socket: Socket, head: number, payload: Buffer): void {
  const short = payload.length < 126
  const frame = Buffer.alloc((short ? 6 : 8) + payload.length)
  frame[0] = head
  frame[1] = 0x80 | (short ? payload.length : 126)
  if (!short) frame.writeUInt16BE(payload.length, 2)
  payload.copy(frame, frame.length - payload.length)
  socket.write(frame)
}
