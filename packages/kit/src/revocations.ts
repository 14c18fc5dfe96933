import type { Redis } from 'ioredis'
import { type Namespace, qualify } from './namespace.ts'

// Revoked credentials, on a Redis stream: each router reads it, so that an access token dies seconds after its session.

const streamKey = (namespace: Namespace) => qualify(namespace, 'revocations')
// Longer than the life of any access token with its leeway.
const BACKLOG_MS = 600_000
const BLOCK_MS = 5_000
const RETRY_MS = 500
const LEAVE_MS = 200

/** Tells every watcher that a credential is worthless, or what was issued for it. Repeats are harmless. */
export async function publishRevocation(redis: Redis, namespace: Namespace, credentialId: string, ttlSeconds: number): Promise<void> {
  await redis.xadd(streamKey(namespace), 'MINID', '~', Date.now() - 2 * BACKLOG_MS, '*', 'credential', credentialId, 'ttl', ttlSeconds)
}

export interface Revocations extends AsyncDisposable {
  isRevoked(credentialId: string): boolean
}

/** Follows the stream on a connection of its own. Resolves once the last ten minutes are read; while Redis is down at the start, without them. */
export async function watchRevocations(options: {
  readonly redis: Redis
  readonly namespace: Namespace
  readonly onRevoked?: (credentialId: string) => void
}): Promise<Revocations> {
  const { namespace, onRevoked } = options
  const key = streamKey(namespace)
  // Commands wait for the connection; disposing ends it and them.
  const connection = options.redis.duplicate({ maxRetriesPerRequest: null, enableOfflineQueue: true })
  connection.on('error', () => undefined)
  const revokedUntil = new Map<string, number>()
  const stop = new AbortController()
  let last = `${Date.now() - BACKLOG_MS}-0`

  const take = (id: string, fields: readonly string[]) => {
    last = id
    const [, credentialId, , ttl] = fields
    if (credentialId === undefined) return
    const writtenAt = Number(id.split('-')[0])
    const until = writtenAt + Number(ttl ?? 0) * 1_000
    if (until < Date.now()) return
    revokedUntil.set(credentialId, until)
    onRevoked?.(credentialId)
  }
  const read = async (blockMs: number | undefined) => {
    const answer =
      blockMs === undefined
        ? await connection.xread('COUNT', 1_000, 'STREAMS', key, last)
        : await connection.xread('COUNT', 1_000, 'BLOCK', blockMs, 'STREAMS', key, last)
    const entries = answer?.[0]?.[1] ?? []
    for (const [id, fields] of entries) take(id, fields)
    return entries.length
  }
  const follow = async () => {
    while (!stop.signal.aborted) {
      try {
        await read(BLOCK_MS)
      } catch {
        // The connection comes back by itself; what was written meanwhile is still on the stream.
        if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
      for (const [credentialId, until] of revokedUntil) if (until < Date.now()) revokedUntil.delete(credentialId)
    }
  }

  const backlog = (async () => {
    while ((await read(undefined)) > 0);
  })()
  await Promise.race([backlog.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1_000).unref())])
  const ended = backlog.catch(() => undefined).then(follow)
  return {
    isRevoked: (credentialId) => (revokedUntil.get(credentialId) ?? 0) >= Date.now(),
    async [Symbol.asyncDispose]() {
      stop.abort()
      connection.disconnect()
      // A connection that was closed while it reconnects never answers the read that waits.
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LEAVE_MS))])
    },
  }
}
