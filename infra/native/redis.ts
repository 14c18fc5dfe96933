import { Redis } from 'ioredis'
import type { NativeServer } from './server.ts'
import { requireProgram } from './tools.ts'

/** Redis 7: Debian's package. The append-only file keeps streams and sessions over a restart. */
export const redis: NativeServer = {
  name: 'redis',
  title: 'Redis',
  portVariable: 'REDIS_PORT',
  stopSignal: 'SIGTERM',
  startTimeoutMs: 20_000,

  async prepare({ folder, port, throwaway, report }) {
    const command = await requireProgram('redis-server', ['redis-server'], report)
    const keep = throwaway ? 'no' : 'yes'
    return { command, args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', keep] }
  },

  async ready({ port }) {
    const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
    client.on('error', () => undefined) // the rejected connect below says the same
    try {
      await client.connect()
      await client.ping() // fails with LOADING while the append-only file is read
    } finally {
      client.disconnect()
    }
  },
}
