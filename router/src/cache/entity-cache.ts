import { metrics } from '@opentelemetry/api'
import { freshVersion } from '@vibely/kit/entity-versions'
import type { Logger } from '@vibely/kit/logger'
import type { Namespace } from '@vibely/kit/namespace'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { failureErrors } from '../execution/failure-errors.ts'
import { type Source, SourceFailure } from '../sources/source.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { type Entry, entriesOf } from './entries.ts'
import { keptQueries } from './kept-query.ts'
import { cleanEntities, joined, narrowed, type Part } from './parts.ts'
import { openShelf, type Shelf } from './shelf.ts'
import type { Versions } from './versions.ts'

/** Entities kept for all instances, each under the version that its subgraph gave it. */
export interface EntityCache extends AsyncDisposable {
  /** The source, with entities answered from what is kept. What depends on the viewer always goes to the subgraph. */
  over(source: Source, state: SchemaState): Source
}

const meter = metrics.getMeter('vibely')
const hits = meter.createCounter('entity_cache_hits_total')
const misses = meter.createCounter('entity_cache_misses_total')

/** Opens the cache. While Redis is away it is skipped, not the query. */
export function openEntityCache(options: {
  readonly redisUrl: string
  readonly namespace: Namespace
  readonly logger: Logger
}): EntityCache {
  const shelf = openShelf(options)
  return {
    over: (source, state) => ({ ...source, fetch: cachedFetch(source, state, options.namespace, shelf) }),
    [Symbol.asyncDispose]: () => shelf[Symbol.asyncDispose](),
  }
}

function cachedFetch(source: Source, state: SchemaState, namespace: Namespace, shelf: Shelf): Source['fetch'] {
  const queryOf = keptQueries(state, source.name)
  const names = { subgraph: source.name, namespace }
  return async (request, caller, signal) => {
    // What is kept was read as nobody, who sends no headers.
    if (caller.headers) return source.fetch(request, caller, signal)
    const query = request.representations ? queryOf(request.query) : null
    const entries = query?.isShared ? entriesOf(query, request, names) : []
    if (!query || entries.every((entry) => entry === null)) return source.fetch(request, caller, signal)

    const { found, missing } = await lookUp(shelf, entries)
    hits.add(found.size, { subgraph: source.name })
    misses.add(missing.length, { subgraph: source.name })

    const ask = async (places: readonly number[], as: Caller, asOf: string | undefined): Promise<Part | null> => {
      if (places.length === 0) return null
      const part = { ...narrowed(request, places), asOf }
      try {
        return { places, answer: await source.fetch(part, as, signal) }
      } catch (error) {
        // What is known stands, whatever became of the rest.
        if (!(error instanceof SourceFailure) || places.length === entries.length) throw error
        return { places, answer: { errors: failureErrors(error.code, source.name, part) } }
      }
    }
    const theirs = missing.map(({ place }) => place)
    const own = entries.flatMap((entry, place) => (entry ? [] : [place]))
    const [fetched, mine] = await Promise.all([
      // As nobody: a mark that is wrong may show too little, but never one viewer's view to another.
      ask(theirs, ANONYMOUS, newestOf(missing, request.asOf)),
      ask(own, caller, request.asOf),
    ])
    if (fetched) {
      const entities = cleanEntities(fetched.answer, query.responseName, missing.length)
      shelf.put(
        missing.flatMap(({ entry, versions }, index) =>
          versions && entities[index] !== undefined ? [{ entry, versions, entity: entities[index] }] : [],
        ),
      )
    }
    const parts = [fetched, mine].filter((part) => part !== null)
    const [only] = parts
    return only?.places.length === entries.length ? only.answer : joined(query.responseName, entries.length, found, parts)
  }
}

/** A shared entity that is not kept, and the versions under which it can be; undefined while Redis is away. */
interface Missing {
  readonly place: number
  readonly entry: Entry
  readonly versions: Versions | undefined
}

async function lookUp(shelf: Shelf, entries: readonly (Entry | null)[]) {
  const shared = entries.flatMap((entry, place) => (entry ? [{ place, entry }] : []))
  const known = await shelf.find(shared.map(({ entry }) => entry))
  const found = new Map<number, unknown>()
  const missing: Missing[] = []
  for (const [index, { place, entry }] of shared.entries()) {
    const { entity, versions } = known?.[index] ?? {}
    if (entity === undefined) missing.push({ place, entry, versions })
    else found.set(place, entity)
  }
  return { found, missing }
}

/**
 * What a fetch of these has to be as new as: one that began before their versions may be older than they are, and must not be
 * joined. Nor must any, while nobody knows the versions.
 */
const newestOf = (missing: readonly Missing[], asOf = ''): string =>
  [asOf, ...missing.flatMap(({ versions }) => versions?.tokens ?? freshVersion())].join('.')
