import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends bytes as they are, and reads until the server closes the connection. */
export async function rawRequest(url: string, bytes: string | Buffer): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // The server may close before it has read everything.
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  const [head = '', body = ''] = String(Buffer.concat(chunks)).split('\r\n\r\n', 2)
  return { status: Number(head.split(' ')[1]), head, body }
}
