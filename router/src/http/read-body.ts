import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { HttpRefusal } from './refusal.ts'

const BODY_BYTES = 256 * 1024

/**
 * The body as text. Not one byte more than the cap is kept.
 * @throws HttpRefusal 413 when it is larger than 256 KB, 400 when it is not UTF-8
 */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => {
      // What still comes is thrown away, so that the answer can be read; the connection ends with it.
      request.removeAllListeners('data').resume()
      reject(new HttpRefusal(413, 'BAD_REQUEST', 'The request body is larger than 256 KB.', { connection: 'close' }))
    }
    if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) return tooLarge()
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > BODY_BYTES) return tooLarge()
      chunks.push(chunk)
    })
    request.once('end', () => {
      const [first] = chunks
      const body = chunks.length === 1 && first ? first : Buffer.concat(chunks, length)
      if (isUtf8(body)) resolve(body.toString())
      else reject(new HttpRefusal(400, 'BAD_REQUEST', 'The request body is not UTF-8.'))
    })
    request.once('error', () => reject(new HttpRefusal(400, 'BAD_REQUEST')))
  })
}
