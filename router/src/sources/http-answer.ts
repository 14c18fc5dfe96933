import { type ChunkedBody, chunkedBody } from './http-chunks.ts'
import { type AnswerHead, BadAnswer, readHead } from './http-head.ts'

const MOST_BYTES = 16 * 1024 * 1024

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

/** Reads one answer from the bytes of a connection, however the network has cut them. */
export interface AnswerReader {
  /**
   * @returns true when the answer is complete
   * @throws BadAnswer also when it is larger than 16 MB
   */
  push(bytes: Buffer): boolean
  /** The connection has ended. @returns true when that completes the answer */
  end(): boolean
  /** How long the connection is kept, as the head says; 0 when it must not be used again. */
  keptMs(): number | undefined
  answer(): HttpAnswer
}

export function answerReader(): AnswerReader {
  const pieces: Buffer[] = []
  let early: Buffer | null = null
  let head: AnswerHead | null = null
  let chunks: ChunkedBody | null = null
  let size = 0
  let surplus = false

  function add(bytes: Buffer): void {
    size += bytes.length
    if (size > MOST_BYTES) throw new BadAnswer('the answer is too large')
    pieces.push(bytes)
  }

  /** Takes the head off. @returns what stands behind it; null while it is not whole */
  function behindHead(bytes: Buffer): Buffer | null {
    let rest = early ? Buffer.concat([early, bytes]) : bytes
    early = null
    for (;;) {
      const found = readHead(rest)
      if (!found) {
        early = rest
        return null
      }
      rest = rest.subarray(found.size)
      // 100 and 103 come before the answer.
      if (found.status < 200) continue
      if (typeof found.body === 'number' && found.body > MOST_BYTES) throw new BadAnswer('the answer is too large')
      head = found
      if (found.body === 'chunked') chunks = chunkedBody(add)
      return rest
    }
  }

  return {
    push(bytes) {
      const body = head ? bytes : behindHead(bytes)
      if (!body || !head) return false
      if (chunks) {
        const rest = chunks.push(body)
        surplus = rest !== undefined && rest.length > 0
        return rest !== undefined
      }
      if (head.body === 'close') {
        add(body)
        return false
      }
      const missing = Number(head.body) - size
      surplus = body.length > missing
      add(surplus ? body.subarray(0, missing) : body)
      return size === head.body
    },
    end: () => head?.body === 'close',
    keptMs: () => (surplus ? 0 : head?.keptMs),
    answer() {
      const [only] = pieces
      return { status: head?.status ?? 0, text: (only && pieces.length === 1 ? only : Buffer.concat(pieces)).toString() }
    },
  }
}
