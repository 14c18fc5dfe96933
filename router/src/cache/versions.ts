import { freshVersion, VERSION_SECONDS } from '@vibely/kit/entity-versions'
import type { Logger } from '@vibely/kit/logger'
import { Redis } from 'ioredis'

/** Versions as they were read. */
export interface Versions {
  /** One a key; empty where there is none yet. */
  readonly tokens: readonly string[]
  /** Number of the connection that read them. */
  readonly connection: number
}

/** What Redis holds of an entity and under which versions. */
export interface Kept {
  /** The versions that hold now. */
  readonly versions: Versions
  /** What was stored, under whatever versions; null when nothing is. */
  readonly stored: string | null
}

/** One thing to read: the keys of the versions it stands under, and its own, unless the stored text is not needed. */
export interface Wanted {
  readonly versionKeys: readonly string[]
  readonly key: string | null
}

/** One thing to store. */
export interface Filling {
  readonly key: string
  readonly versionKeys: readonly string[]
  /** As they were before the fetch. */
  readonly versions: Versions
  readonly body: string
}

/** The cache in Redis, with its versions. While Redis is away both methods fail at once or soon. */
export interface VersionedStore extends AsyncDisposable {
  /** One round trip. @throws Error when Redis gave no answer */
  read(wanted: readonly Wanted[]): Promise<readonly Kept[]>
  /**
   * Stores what no version of has changed since; gives the versions it is stored under, null for what came too late. What was
   * read over an earlier connection came too late: that Redis may be gone, with a version that nobody will see again.
   * @throws Error when Redis gave no answer
   */
  fill(fillings: readonly Filling[], seconds: number): Promise<readonly (string | null)[]>
}

// Stores a text under versions that are still those from before the fetch. Where there was none one is made, so that whatever
// is stored has a version that can be lost: nothing is ever found under "none".
const FILL = `
local versions = {}
for i = 2, #KEYS do
  local version = redis.call('GET', KEYS[i]) or ''
  if version ~= ARGV[i + 3] then return false end
  versions[i - 1] = version
end
for i = 2, #KEYS do
  if versions[i - 1] == '' then
    versions[i - 1] = ARGV[3]
    redis.call('SET', KEYS[i], ARGV[3], 'EX', ARGV[2])
  end
end
local joined = table.concat(versions, '.')
redis.call('SET', KEYS[1], joined .. '\\n' .. ARGV[4], 'EX', ARGV[1])
return joined`

const ANSWER_MS = 100
// After a failure nobody asks for a while: a Redis that hangs costs a few requests a moment each, and no more.
const REST_MS = 500

/** Opens the cache on a connection of its own that never makes a command wait. */
export function openVersionedStore(redisUrl: string, logger: Logger): VersionedStore {
  const redis = new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: ANSWER_MS })
  redis.on('error', (error) => logger.warn({ err: error }, 'Redis connection of the entity cache'))
  let restsUntil = 0
  let connection = 0
  redis.on('close', () => {
    connection += 1
  })

  const asked = async <T>(command: () => Promise<T>): Promise<T> => {
    if (redis.status !== 'ready' || performance.now() < restsUntil) throw new Error('Redis is away, or was a moment ago')
    try {
      return await command()
    } catch (error) {
      restsUntil = performance.now() + REST_MS
      throw error
    }
  }

  return {
    read: (wanted) =>
      asked(async () => {
        const keys = [...new Set(wanted.flatMap(({ versionKeys, key }) => (key === null ? versionKeys : [...versionKeys, key])))]
        const by = connection
        const values = await redis.mget(keys)
        const found = new Map(keys.map((key, index) => [key, values[index] ?? null]))
        return wanted.map(({ versionKeys, key }) => ({
          versions: { tokens: versionKeys.map((name) => found.get(name) ?? ''), connection: by },
          stored: key === null ? null : (found.get(key) ?? null),
        }))
      }),
    fill: (fillings, seconds) =>
      asked(async () => {
        if (fillings.some(({ versions }) => versions.connection !== connection)) return fillings.map(() => null)
        const pipeline = redis.pipeline()
        for (const { key, versionKeys, versions, body } of fillings) {
          const given = [seconds, VERSION_SECONDS, freshVersion(), body, ...versions.tokens]
          pipeline.eval(FILL, versionKeys.length + 1, key, ...versionKeys, ...given)
        }
        const answers = (await pipeline.exec()) ?? []
        return answers.map(([error, stored]) => {
          if (error) throw error
          return typeof stored === 'string' ? stored : null
        })
      }),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  }
}
