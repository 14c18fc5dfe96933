import { BadAnswer } from './http-head.ts'

const LF = 0x0a
const MOST_LINE = 1_024

/** Takes a body in chunked transfer encoding apart, however the network has cut it. */
export interface ChunkedBody {
  /**
   * @param bytes lent: what is kept of them is copied
   * @returns undefined while the body goes on; else the bytes behind its end
   * @throws BadAnswer
   */
  push(bytes: Buffer): Buffer | undefined
}

/** @param onData gets the content, in pieces */
export function chunkedBody(onData: (bytes: Buffer) => void): ChunkedBody {
  let rest: Buffer = Buffer.alloc(0)
  let left = 0
  let expects: 'size' | 'data' | 'end of data' | 'trailer' = 'size'

  /** The next line without its end; null when it is not there yet. */
  function line(): string | null {
    const end = rest.indexOf(LF)
    if (end > MOST_LINE || (end === -1 && rest.length > MOST_LINE)) throw new BadAnswer('a line is too long')
    if (end === -1) return null
    if (rest[end - 1] !== 0x0d) throw new BadAnswer('a line is malformed')
    const text = rest.toString('latin1', 0, end - 1)
    rest = rest.subarray(end + 1)
    return text
  }

  /** Takes what is there of the present piece. @returns false when it is not there whole */
  function data(): boolean {
    const piece = rest.subarray(0, left)
    if (piece.length > 0) onData(piece)
    left -= piece.length
    rest = rest.subarray(piece.length)
    return left === 0
  }

  /** @returns whether the body has ended */
  function take(): boolean {
    for (;;) {
      if (expects === 'data') {
        if (!data()) return false
        expects = 'end of data'
      }
      const text = line()
      if (text === null) return false
      if (expects === 'trailer') {
        if (text === '') return true
      } else if (expects === 'end of data') {
        if (text !== '') throw new BadAnswer('a chunk is longer than it says')
        expects = 'size'
      } else {
        const size = /^([0-9a-f]{1,8})[\t ]*(?:;|$)/i.exec(text)?.[1]
        if (size === undefined) throw new BadAnswer('a chunk has no size')
        left = Number.parseInt(size, 16)
        expects = left === 0 ? 'trailer' : 'data'
      }
    }
  }

  return {
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      if (take()) return rest
      rest = Buffer.from(rest)
      return undefined
    },
  }
}
