import { metrics } from '@opentelemetry/api'
import type { Logger } from '@vibely/kit/logger'
import type { Namespace } from '@vibely/kit/namespace'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import type { Source } from '../sources/source.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { entityQueries } from './entity-query.ts'
import { type Entry, entriesOf } from './entries.ts'
import { cleanEntities, joined, narrowed, type Part } from './parts.ts'
import { type Known, openShelf, type Shelf } from './shelf.ts'

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

/** An entity of a fetch that everyone gets the same of. */
interface SharedPlace {
  readonly place: number
  readonly entry: Entry
}

function cachedFetch(source: Source, state: SchemaState, namespace: Namespace, shelf: Shelf): Source['fetch'] {
  const queryOf = entityQueries(state, source.name)
  const names = { subgraph: source.name, namespace }
  return async (request, caller, signal) => {
    const query = request.representations ? queryOf(request.query) : null
    const entries = query?.isShared ? entriesOf(query, request, names) : []
    const shared = entries.flatMap((entry, place): SharedPlace[] => (entry ? [{ place, entry }] : []))
    if (!query || shared.length === 0) return source.fetch(request, caller, signal)

    const known = await shelf.find(shared.map(({ entry }) => entry))
    const found = new Map<number, unknown>()
    const missing: (SharedPlace & { readonly before: Known | undefined })[] = []
    for (const [index, { place, entry }] of shared.entries()) {
      const before = known?.[index]
      if (before && 'entity' in before) found.set(place, before.entity)
      else missing.push({ place, entry, before })
    }
    hits.add(found.size, { subgraph: source.name })
    misses.add(missing.length, { subgraph: source.name })

    const ask = async (places: readonly number[], as: Caller, asOf = request.asOf): Promise<Part | null> =>
      places.length > 0 ? { places, answer: await source.fetch({ ...narrowed(request, places), asOf }, as, signal) } : null
    const own = entries.flatMap((entry, place) => (entry ? [] : [place]))
    const versions = [request.asOf ?? '', ...missing.flatMap(({ before }) => before?.versions ?? [])].join('.')
    const [fetched, mine] = await Promise.all([
      // As nobody: a mark that is wrong may show too little, but never one viewer's view to another.
      // A fetch that began before these versions may be older than they are: it must not be joined.
      ask(
        missing.map(({ place }) => place),
        ANONYMOUS,
        versions,
      ),
      ask(own, caller),
    ])
    if (fetched) {
      const entities = cleanEntities(fetched.answer, query.responseName, missing.length)
      shelf.put(
        missing.flatMap(({ entry, before }, index) =>
          before?.versions && entities[index] !== undefined ? [{ entry, versions: before.versions, entity: entities[index] }] : [],
        ),
      )
    }
    const parts = [fetched, mine].filter((part) => part !== null)
    const [only] = parts
    return only?.places.length === entries.length ? only.answer : joined(query.responseName, entries.length, found, parts)
  }
}
