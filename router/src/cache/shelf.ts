import { ENTITY_SECONDS } from '@vibely/kit/entity-versions'
import type { Logger } from '@vibely/kit/logger'
import { LRUCache } from 'lru-cache'
import type { Entry } from './entries.ts'
import { openVersionedStore, type Versions } from './versions.ts'

/** What is known of an entry: its entity, or the versions under which a fetched one can be kept. */
export type Known =
  | { readonly entity: unknown; readonly versions?: undefined }
  | { readonly entity?: undefined; readonly versions: Versions }

/** Entities in Redis, with those of late also in this process. Their versions are always read from Redis. */
export interface Shelf extends AsyncDisposable {
  /** What is kept of these entries; null while Redis is away. Others get the same objects: nobody may change them. */
  find(entries: readonly Entry[]): Promise<readonly Known[] | null>
  /**
   * Keeps entities, unless they changed since their versions were read: before they were fetched. Returns at once; what
   * cannot be kept is fetched again.
   */
  put(fetched: readonly { readonly entry: Entry; readonly versions: Versions; readonly entity: unknown }[]): void
}

interface Volume {
  readonly versions: string
  readonly text: string
  /** The text as a value, once somebody asked for it. */
  entity?: unknown
}

const MEMORY_BYTES = 32 * 1024 * 1024
const LONGEST = 64 * 1024

export function openShelf(options: { readonly redisUrl: string; readonly logger: Logger }): Shelf {
  const store = openVersionedStore(options.redisUrl, options.logger)
  // Each holds its own text twice: as it is and read.
  const memory = new LRUCache<string, Volume>({
    maxSize: MEMORY_BYTES,
    sizeCalculation: ({ text }) => 4 * text.length + 200,
    ttl: ENTITY_SECONDS * 1_000,
  })
  const filling = new Set<Promise<void>>()

  return {
    async find(entries) {
      const inMemory = entries.map(({ key }) => memory.get(key))
      const answers = await store
        .read(entries.map(({ key, versionKeys }, index) => ({ versionKeys, key: inMemory[index] ? null : key })))
        .catch(() => null)
      return (
        answers?.map(({ versions, stored }, index): Known => {
          const volume = inMemory[index] ?? opened(stored)
          const { tokens } = versions
          if (!volume || tokens.includes('') || volume.versions !== tokens.join('.')) return { versions }
          // Only what comes from Redis starts to age here: being asked for keeps nothing young.
          if (stored !== null && entries[index]) memory.set(entries[index].key, volume)
          volume.entity ??= JSON.parse(volume.text)
          return { entity: volume.entity }
        }) ?? null
      )
    },
    put(fetched) {
      const fillings = fetched
        .map(({ entry: { key, versionKeys }, versions, entity }) => ({ key, versionKeys, versions, body: JSON.stringify(entity) }))
        .filter(({ body }) => body.length <= LONGEST)
      if (fillings.length === 0) return
      const filled = store
        .fill(fillings, ENTITY_SECONDS)
        .then((stored) => {
          for (const [index, { key, body }] of fillings.entries()) {
            const versions = stored[index]
            if (versions) memory.set(key, { versions, text: body })
          }
        })
        // Redis is away: nothing is kept.
        .catch(() => undefined)
      filling.add(filled)
      void filled.then(() => filling.delete(filled))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(filling)
      await store[Symbol.asyncDispose]()
    },
  }
}

/** A stored text: the versions, a line break, the entity. */
function opened(stored: string | null): Volume | null {
  const end = stored?.indexOf('\n') ?? -1
  return stored && end > 0 ? { versions: stored.slice(0, end), text: stored.slice(end + 1) } : null
}
