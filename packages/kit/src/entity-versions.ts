import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Entity, EntityChanges } from './entity-changes.ts'
import type { DomainEvent } from './event.ts'
import { type Namespace, qualify } from './namespace.ts'

// Every entity of a subgraph has a version in Redis, and so has every type of them. Whoever commits a change sets new ones, and
// all that a router keeps of the entity is void, on every instance. A version is a fresh random token: a counter that Redis
// lost or forgot would start again, and meet what was kept under the same number.

/** The names in Redis. */
export const versionKeys = (namespace: Namespace, subgraph: string) => ({
  entity: ({ type, id }: Entity) => qualify(namespace, `ver:${subgraph}:${type}:${id}`),
  /** Changes with every entity of the type: for what holds some of them without naming them. */
  type: (type: string) => qualify(namespace, `ver:${subgraph}:${type}`),
})

/** A version that no other is equal to. */
export const freshVersion = (): string => randomBytes(9).toString('base64url')

/** A router keeps an entity in Redis no longer than this, whatever its version, and in its own memory no longer than this again. */
export const ENTITY_SECONDS = 30
/** Redis forgets a version after this; what was kept under it is then void. */
export const VERSION_SECONDS = 3_600

const ANSWER_MS = 250
const RETRY_MS = 250
// What a router keeps is gone by then, with a fetch that was under way.
const OWED_MS = (2 * ENTITY_SECONDS + 15) * 1_000

/** The writing side of a subgraph's versions. */
export interface EntityVersions extends AsyncDisposable {
  readonly changes: EntityChanges
  /**
   * Gives every entity that the events changed a new version. Call it after the commit; a repeat costs one miss. Resolves when
   * Redis has it, or soon when Redis is away: then it is done as soon as Redis is back. Never rejects.
   */
  changedBy(events: readonly DomainEvent[]): Promise<void>
}

/** Opens the writing side on a connection of its own: no command of it may wait for an absent Redis. */
export function openEntityVersions(options: {
  readonly redisUrl: string
  readonly namespace: Namespace
  readonly subgraph: string
  readonly changes: EntityChanges
  readonly logger: Logger
}): EntityVersions {
  const { redisUrl, namespace, subgraph, changes, logger } = options
  const redis = new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: ANSWER_MS })
  redis.on('error', (error) => logger.warn({ err: error }, 'redis'))
  const keys = versionKeys(namespace, subgraph)
  /** Keys that Redis did not get, and since when. */
  const owed = new Map<string, number>()
  let retry: NodeJS.Timeout | undefined
  let closed = false

  const renew = async (names: readonly string[]): Promise<void> => {
    const pipeline = redis.pipeline()
    for (const name of names) pipeline.set(name, freshVersion(), 'EX', VERSION_SECONDS)
    const answers = (await pipeline.exec()) ?? []
    const failed = answers.find(([error]) => error)
    if (failed?.[0]) throw failed[0]
  }

  const owe = (names: Iterable<string>) => {
    const now = Date.now()
    for (const name of names) owed.set(name, now)
    if (!closed) retry ??= setTimeout(() => void settle(), RETRY_MS).unref()
  }

  /** Pays what is owed; what nobody can still keep is let go. */
  const settle = async () => {
    retry = undefined
    const since = Date.now() - OWED_MS
    const due = new Map([...owed].filter(([, at]) => at > since))
    owed.clear()
    if (due.size === 0) return
    try {
      await renew([...due.keys()])
    } catch {
      for (const [name, at] of due) owed.set(name, at)
      owe([])
    }
  }

  return {
    changes,
    async changedBy(events) {
      try {
        const names = new Set(changes.of(events).flatMap((entity) => [keys.entity(entity), keys.type(entity.type)]))
        if (names.size === 0) return
        await renew([...names]).catch((error: unknown) => {
          logger.warn({ err: error }, 'versions of entities are owed')
          owe(names)
        })
      } catch (error) {
        logger.error({ err: error }, 'an event does not tell what it changed')
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(retry)
      await settle()
      redis.disconnect()
    },
  }
}
