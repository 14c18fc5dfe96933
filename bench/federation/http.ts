import { createServer, type Server, type Socket } from 'node:net'

/** Answers one request body with the text of a JSON answer. */
export type Answer = (body: string) => Promise<string> | string

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')

/**
 * The least HTTP/1.1 that a gateway's client needs: POST in, JSON out, connections kept. `node:http` would cost several times as much, and
 * the subgraphs would be the bottleneck of a fast gateway.
 */
export function leanServer(answer: Answer): Server {
  return createServer({ noDelay: true }, (socket) => {
    let pending: Buffer = Buffer.alloc(0)
    let busy = false
    const next = async (): Promise<void> => {
      if (busy) return
      busy = true
      for (let request = readRequest(pending); request; request = readRequest(pending)) {
        pending = request.rest
        write(socket, await answer(request.body))
      }
      busy = false
    }
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      next().catch((error: unknown) => socket.destroy(error as Error))
    })
    socket.on('error', () => socket.destroy())
  })
}

function write(socket: Socket, text: string): void {
  const length = Buffer.byteLength(text)
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: keep-alive\r\n\r\n${text}`)
}

interface Parsed {
  readonly body: string
  readonly rest: Buffer
}

function readRequest(buffer: Buffer): Parsed | undefined {
  const headEnd = buffer.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = buffer.toString('latin1', 0, headEnd).toLowerCase()
  const start = headEnd + HEAD_END.length
  if (head.includes('transfer-encoding: chunked')) return readChunks(buffer, start)
  const end = start + Number(/\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0)
  return buffer.length < end ? undefined : { body: buffer.toString('utf8', start, end), rest: buffer.subarray(end) }
}

function readChunks(buffer: Buffer, start: number): Parsed | undefined {
  const chunks: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = buffer.indexOf(LINE_END, at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(buffer.toString('latin1', at, lineEnd), 16)
    const end = lineEnd + 2 + size + 2
    if (buffer.length < end) return undefined
    if (size === 0) return { body: Buffer.concat(chunks).toString(), rest: buffer.subarray(end) }
    chunks.push(buffer.subarray(lineEnd + 2, end - 2))
    at = end
  }
}
