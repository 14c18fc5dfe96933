/** What the head of an HTTP/1.1 answer says about the rest of it. */
export interface AnswerHead {
  readonly status: number
  /** Bytes of the head itself. */
  readonly size: number
  /** Bytes of the body; how it ends when they are not known beforehand. */
  readonly body: number | 'chunked' | 'close'
  /** How long the server keeps the connection after this answer; 0 when it closes it, undefined when it does not say. */
  readonly keptMs: number | undefined
}

/** The server does not speak HTTP as we do. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer'
}

const END = Buffer.from('\r\n\r\n')
const MOST_BYTES = 16 * 1024
const INTERIM = 100

/**
 * Reads the head of an answer.
 * @returns null when more bytes are needed
 * @throws BadAnswer for what is no HTTP/1.1, too long, compressed, or of two lengths
 */
export function readHead(bytes: Buffer): AnswerHead | null {
  const end = bytes.indexOf(END)
  if (end > MOST_BYTES || (end === -1 && bytes.length > MOST_BYTES)) throw new BadAnswer('the head is too long')
  if (end === -1) return null
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1] ?? 0)
  if (status < INTERIM || status === 101) throw new BadAnswer('no HTTP/1.1 answer')
  let length: number | undefined
  let chunked = false
  let keptMs: number | undefined
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new BadAnswer('a header is malformed')
    // Names of other lengths are none of those that matter.
    if (colon !== 10 && colon !== 14 && colon !== 16 && colon !== 17) continue
    const value = line.slice(colon + 1).trim()
    switch (line.slice(0, colon).toLowerCase()) {
      case 'content-length':
        if (length !== undefined || !/^\d{1,15}$/.test(value)) throw new BadAnswer('the length is not usable')
        length = Number(value)
        break
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked') throw new BadAnswer('the transfer encoding is not usable')
        chunked = true
        break
      case 'content-encoding':
        if (value.toLowerCase() !== 'identity') throw new BadAnswer('compressed, without having been asked')
        break
      case 'connection':
        if (/\bclose\b/i.test(value)) keptMs = 0
        break
      case 'keep-alive':
        keptMs ??= keepAlive(value)
        break
    }
  }
  if (chunked && length !== undefined) throw new BadAnswer('two lengths')
  const size = end + END.length
  if (status < 200 || status === 204 || status === 304) return { status, size, body: 0, keptMs }
  return { status, size, body: chunked ? 'chunked' : (length ?? 'close'), keptMs }
}

function keepAlive(value: string): number | undefined {
  const seconds = /\btimeout=(\d{1,6})\b/.exec(value)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}
