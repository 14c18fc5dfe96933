import type { Logger } from '@vibely/kit/logger'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import { Redis } from 'ioredis'
import type { Buckets } from './budget.ts'

/** Longer than that no operation waits for its budget. */
const ANSWER_MS = 250

// By the clock of Redis, the one that all routers share. A full bucket needs no key. Numbers come back as text: Redis would cut them to integers.
const TAKE = `
local capacity, refill, amount, ahead = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = capacity
if known[1] then tokens = math.min(capacity, known[1] + math.max(0, now - known[2]) / 1000 * refill) end
if amount > tokens then return { 0, tostring(tokens), '0' } end
tokens = math.min(capacity, tokens - amount)
ahead = math.min(ahead, tokens)
tokens = tokens - ahead
if tokens >= capacity then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
  redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / refill * 1000))
end
return { 1, tostring(tokens), tostring(ahead) }`

/** Buckets that all routers on one Redis share. They fail soon while it is away. */
export interface RedisBuckets extends Buckets, AsyncDisposable {}

export function redisBuckets(options: { readonly url: string; readonly namespace: Namespace; readonly logger: Logger }): RedisBuckets {
  const redis = new Redis(options.url, {
    // Commands of one turn of the event loop go out together.
    enableAutoPipelining: true,
    // What is sent while there is no connection fails with the next try to connect, or by its own time.
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  })
  redis.on('error', (error) => options.logger.debug({ err: error }, 'Redis connection of the budgets'))
  return {
    async take(owner, { capacity, refillPerSecond }, amount, ahead = 0) {
      const key = qualify(options.namespace, `budget:${owner}`)
      const answer = await redis.eval(TAKE, 1, key, capacity, refillPerSecond, amount, ahead)
      const [granted, remaining, taken] = answer as [number, string, string]
      return { granted: granted === 1, remaining: Number(remaining), ahead: Number(taken) }
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  }
}
