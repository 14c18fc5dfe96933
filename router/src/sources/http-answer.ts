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
   * @param bytes lent: what is kept of them is copied
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
  let text: string | null = null

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
        early = Buffer.from(rest)
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

  /** @returns true when the body is complete */
  function takeBody(bytes: Buffer, body: AnswerHead['body']): boolean {
    if (chunks) {
      const rest = chunks.push(bytes)
      surplus = rest !== undefined && rest.length > 0
      return rest !== undefined
    }
    if (body === 'close') {
      add(bytes)
      return false
    }
    const missing = Number(body) - size
    surplus = bytes.length > missing
    add(surplus ? bytes.subarray(0, missing) : bytes)
    return size === body
  }

  const textOf = ([first, ...others]: readonly Buffer[]) => (first && others.length === 0 ? first : Buffer.concat(pieces)).toString()

  return {
    push(bytes) {
      const body = head ? bytes : behindHead(bytes)
      if (!body || !head) return false
      const kept = pieces.length
      if (takeBody(body, head.body)) {
        text = textOf(pieces)
        return true
      }
      for (let index = kept; index < pieces.length; index++) pieces[index] = Buffer.from(pieces[index] ?? [])
      return false
    },
    end: () => head?.body === 'close',
    keptMs: () => (surplus ? 0 : head?.keptMs),
    answer: () => ({ status: head?.status ?? 0, text: text ?? textOf(pieces) }),
  }
}
