import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { type AnswerReader, answerReader, type HttpAnswer } from './http-answer.ts'

const SOCKETS = 64
const CONNECT_MS = 1_000
// A server that says nothing may close an idle connection after five seconds, as Node's own does.
const KEPT_MS = 4_000
const MARGIN_MS = 1_000
/** What sockets read into, one after the other: each read is taken in before the next begins. */
const READ = Buffer.alloc(64 * 1024)

/** The connection was lost before the answer was there: a read may be sent again. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** Kept connections to one server. Disposing waits for what is under way. */
export interface HttpConnection extends AsyncDisposable {
  /**
   * Sends a body and reads the answer whole.
   * @param headers names and values; checked for line breaks alone
   * @throws ConnectionLost, BadAnswer when it is no HTTP or too large, Error when the signal aborts
   */
  post(path: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<HttpAnswer>
}

/** One request and its answer. */
interface Exchange {
  readonly request: RequestText
  readonly reader: AnswerReader
  /** The line that it is on; null while it waits for one. */
  line: Line | null
  /** The answer is there, or will not come. */
  readonly end: (error: Error | null) => void
}

/** A socket between its exchanges. */
interface Line {
  readonly socket: Socket
  exchange: Exchange | null
  keptUntil: number
}

/**
 * HTTP/1.1 for requests of one shape: a text there, a text back, one at a time on a connection. A general client spends
 * most of its time on what these never have.
 */
export function httpConnection(origin: string): HttpConnection {
  const { protocol, hostname, port, host } = new URL(origin)
  const name = hostname.replace(/^\[|\]$/g, '')
  const lines = new Set<Line>()
  const idle: Line[] = []
  const waiting = new Set<Exchange>()
  let closing: (() => void) | null = null

  function open(): Line {
    const secure = protocol === 'https:'
    const target = { host: name, port: Number(port || (secure ? 443 : 80)), noDelay: true }
    const onread = {
      buffer: READ,
      callback(size: number) {
        read(line, READ.subarray(0, size))
        return true
      },
    }
    const socket = secure ? connectSecurely({ ...target, ...(!isIP(name) && { servername: name }) }) : connect({ ...target, onread })
    const line: Line = { socket, exchange: null, keptUntil: 0 }
    lines.add(line)
    const late = setTimeout(() => socket.destroy(new Error('no connection in time')), CONNECT_MS)
    socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(late))
    let cause: unknown
    socket.on('error', (error) => {
      cause = error
    })
    if (secure) socket.on('data', (bytes) => read(line, bytes))
    socket.on('close', () => {
      clearTimeout(late)
      lines.delete(line)
      const place = idle.indexOf(line)
      if (place !== -1) idle.splice(place, 1)
      const { exchange } = line
      line.exchange = null
      const complete = cause === undefined && exchange?.reader.end()
      exchange?.end(complete ? null : new ConnectionLost('the connection was lost', { cause }))
      proceed()
    })
    return line
  }

  function read(line: Line, bytes: Buffer): void {
    const { exchange, socket } = line
    if (!exchange) {
      // Nobody asked: this connection is not in step.
      socket.destroy()
      return
    }
    try {
      if (!exchange.reader.push(bytes)) return
    } catch (error) {
      line.exchange = null
      socket.destroy()
      exchange.end(error as Error)
      return
    }
    line.exchange = null
    // Answered before the question was out: the rest of the question would stand before the next one.
    const kept = socket.writableLength > 0 ? 0 : (exchange.reader.keptMs() ?? KEPT_MS + MARGIN_MS)
    if (kept <= MARGIN_MS || closing) socket.destroy()
    else {
      line.keptUntil = performance.now() + kept - MARGIN_MS
      idle.push(line)
      socket.unref()
    }
    exchange.end(null)
    proceed()
  }

  /** The line used last: the others may grow old and be closed. */
  function freeLine(): Line | null {
    for (let line = idle.pop(); line; line = idle.pop()) {
      if (line.socket.writable && line.keptUntil > performance.now()) {
        line.socket.ref()
        return line
      }
      line.socket.destroy()
    }
    return lines.size < SOCKETS ? open() : null
  }

  function start(exchange: Exchange): boolean {
    const line = freeLine()
    if (!line) return false
    exchange.line = line
    line.exchange = exchange
    line.socket.write(exchange.request.text, exchange.request.encoding)
    return true
  }

  /** There may be room for who waits, or nothing left to wait for. */
  function proceed(): void {
    for (const exchange of waiting) {
      if (!start(exchange)) return
      waiting.delete(exchange)
    }
    if (lines.size === 0) closing?.()
  }

  function giveUp(exchange: Exchange): void {
    waiting.delete(exchange)
    if (!exchange.line) return
    exchange.line.exchange = null
    exchange.line.socket.destroy()
  }

  return {
    post: (path, headers, body, signal) =>
      new Promise((resolve, reject) => {
        const reader = answerReader()
        const onAbort = () => {
          giveUp(exchange)
          reject(new Error('given up'))
        }
        const end = (error: Error | null) => {
          signal.removeEventListener('abort', onAbort)
          if (error) reject(error)
          else resolve(reader.answer())
        }
        const exchange: Exchange = { request: requestOf(host, path, headers, body), reader, line: null, end }
        if (signal.aborted) return onAbort()
        signal.addEventListener('abort', onAbort, { once: true })
        if (!start(exchange)) waiting.add(exchange)
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        closing = resolve
        for (const line of idle) line.socket.destroy()
        proceed()
      }),
  }
}

const FORBIDDEN = /[^\t\x20-\x7e]/

interface RequestText {
  readonly text: string
  /** Text of ASCII alone needs no encoding. */
  readonly encoding: 'latin1' | 'utf8'
}

/** @throws Error for a header that would be more than one */
function requestOf(host: string, path: string, headers: Readonly<Record<string, string>>, body: string): RequestText {
  const length = Buffer.byteLength(body)
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${length}`
  for (const name in headers) {
    const value = headers[name] ?? ''
    if (FORBIDDEN.test(value)) throw new Error(`the header ${name} is malformed`)
    head += `\r\n${name}: ${value}`
  }
  return { text: `${head}\r\n\r\n${body}`, encoding: length === body.length ? 'latin1' : 'utf8' }
}
