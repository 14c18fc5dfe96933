// The least that one process can do for an event: the same bytes to every socket, and nothing else. What is measured is the kernel
// and Node's way to it: the limit of any server on Node. node raw.ts PORT, REDIS_URL in the environment.
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import process from 'node:process'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'

const redis = new Redis(process.env.REDIS_URL ?? '')
const wires = new Set<Socket>()
redis.on('message', (_channel: string, event: string) => {
  const frame = mediumFrame(`{"id":"1","type":"next","payload":{"data":{"newsAdded":${event}}}}`)
  for (const wire of wires) wire.write(frame)
})

/** One unmasked text message of 126 to 65,535 bytes. */
function mediumFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.from([0x81, 126, 0, 0])
  header.writeUInt16BE(payload.length, 2)
  return Buffer.concat([header, payload])
}

await redis.subscribe(`${process.env.VIBELY_NAMESPACE ?? ''}news:all`)
const server = createServer((_request, response) => response.end('{"data":{}}'))
new WebSocketServer({ server, path: '/graphql' }).on('connection', (socket, { socket: wire }) => {
  socket.on('message', (message) => {
    const text = String(message)
    if (text.includes('"connection_init"')) socket.send('{"type":"connection_ack"}')
    else if (text.includes('"subscribe"')) wires.add(wire)
    else if (text.includes('"ping"')) socket.send('{"type":"pong"}')
  })
  socket.on('close', () => wires.delete(wire))
})
server.listen(Number(process.argv[2]), '127.0.0.1')
