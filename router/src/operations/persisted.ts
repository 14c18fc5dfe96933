import { createHash } from 'node:crypto'
import { fault } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { GraphQLError } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { DocumentStore } from './document-store.ts'
import { InvalidOperation } from './invalid-operation.ts'
import { bareHash, type Manifest } from './manifest.ts'

/** What a client sends in place of a document, or beside it. */
export interface Asked {
  readonly query?: string | null | undefined
  readonly documentId?: string | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined
}

/** Whether documents outside the manifest run: all do, all do and are logged, none does. */
export type Safelist = 'off' | 'log' | 'enforce'

/** Automatic persisted queries of Apollo's protocol, persisted documents, and the safelist made of them. */
export interface PersistedOperations {
  /**
   * The document that is asked for; undefined when nothing is. At once where it can be.
   * @param isPrivileged the safelist is not for this caller
   * @throws InvalidOperation PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_REQUIRED, BAD_REQUEST when the hash is another's
   */
  textOf(asked: Asked, isPrivileged: boolean): string | undefined | Promise<string | undefined>
  /** Keeps a document that came with its hash. Only for one that has proved valid: rubbish must not fill the store. */
  keep(asked: Asked): void
}

export function openPersistedOperations(options: {
  readonly store: DocumentStore
  readonly safelist: Safelist
  readonly manifest: Manifest | null
  readonly logger: Logger
}): PersistedOperations {
  const { store, safelist, manifest, logger } = options
  if (safelist !== 'off' && !manifest) throw new Error('A safelist needs a manifest of persisted documents.')
  const told = new LRUCache<string, true>({ max: 1_000 })

  function allowed(text: string, isPrivileged: boolean): string {
    if (safelist === 'off' || isPrivileged || manifest?.lists(text)) return text
    if (safelist === 'enforce') throw new InvalidOperation([fault('PERSISTED_QUERY_REQUIRED')])
    const hash = sha256(text)
    if (!told.has(hash)) logger.warn({ hash }, 'an operation is not in the manifest')
    told.set(hash, true)
    return text
  }

  return {
    textOf(asked, isPrivileged) {
      const { query } = asked
      const hash = hashOf(asked)
      if (query) {
        if (hash !== undefined && hash !== sha256(query)) throw refusal('The hash is not of this document.', 'BAD_REQUEST')
        return allowed(query, isPrivileged)
      }
      const id = hash ?? asked.documentId
      if (id === undefined) return undefined
      const listed = manifest?.textOf(id)
      if (listed !== undefined) return listed
      if (safelist === 'enforce' && !isPrivileged) throw new InvalidOperation([fault('PERSISTED_QUERY_REQUIRED')])
      const found = (text: string | undefined) => {
        if (text === undefined) throw refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND')
        return allowed(text, isPrivileged)
      }
      const kept = store.get(bareHash(id))
      return typeof kept === 'object' ? kept.then(found) : found(kept)
    },
    keep(asked) {
      const hash = hashOf(asked)
      if (hash !== undefined && asked.query && safelist !== 'enforce') store.set(hash, asked.query)
    },
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const HASH = /^[0-9a-f]{64}$/

/** The hash of Apollo's protocol. */
function hashOf({ extensions }: Asked): string | undefined {
  const given = extensions?.persistedQuery
  if (given === undefined || given === null) return undefined
  const { version, sha256Hash } = given as { version?: unknown; sha256Hash?: unknown }
  if (version !== 1 || typeof sha256Hash !== 'string' || !HASH.test(sha256Hash))
    throw refusal('A persisted query has version 1 and a SHA-256.', 'BAD_REQUEST')
  return sha256Hash
}

// Clients know the message of Apollo's protocol, not only its code.
const refusal = (message: string, code: string) => new InvalidOperation([new GraphQLError(message, { extensions: { code } })])
