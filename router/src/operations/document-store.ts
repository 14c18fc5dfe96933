import type { Logger } from '@vibely/kit/logger'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'

/** Documents by their SHA-256. Losing one costs its clients one more request. */
export interface DocumentStore {
  get(hash: string): string | undefined | Promise<string | undefined>
  set(hash: string, text: string): void
}

const MEMORY_SIZE = 16 * 1024 * 1024

/** Documents in this process. */
export function memoryStore(): DocumentStore {
  const texts = new LRUCache<string, string>({ maxSize: MEMORY_SIZE, sizeCalculation: (text) => text.length + 1 })
  return { get: (hash) => texts.get(hash), set: (hash, text) => void texts.set(hash, text) }
}

const DAY_SECONDS = 86_400
const COMMAND_MS = 200

/** The same in Redis for all routers, with this process' memory in front. While Redis is away the memory is all there is. */
export function redisStore(options: {
  readonly url: string
  readonly namespace: Namespace
  readonly logger: Logger
}): DocumentStore & Disposable {
  const near = memoryStore()
  const redis = new Redis(options.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: COMMAND_MS })
  redis.on('error', (error) => options.logger.debug({ err: error }, 'Redis connection of the persisted operations'))
  const key = (hash: string) => qualify(options.namespace, `apq:${hash}`)
  return {
    get(hash) {
      return (
        near.get(hash) ??
        redis.getex(key(hash), 'EX', DAY_SECONDS).then(
          (text) => {
            if (text !== null) near.set(hash, text)
            return text ?? undefined
          },
          () => undefined,
        )
      )
    },
    set(hash, text) {
      if (near.get(hash) === text) return
      near.set(hash, text)
      redis.set(key(hash), text, 'EX', DAY_SECONDS).catch(() => undefined)
    },
    [Symbol.dispose]: () => redis.disconnect(),
  }
}
