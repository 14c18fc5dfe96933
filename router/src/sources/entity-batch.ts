import type { Caller } from '@vibely/kit/viewer'
import { joinRequests, splitAnswer } from './batched-request.ts'
import { type EntityQuery, entityQuery } from './entity-query.ts'
import { identityKey } from './identity-key.ts'
import { type SharedWork, sharedWork } from './shared-work.ts'
import type { Source, SubgraphAnswer, SubgraphRequest } from './source.ts'

// All that travel together wait for the slowest of them.
const MOST = 500

interface Batch {
  readonly requests: SubgraphRequest[]
  /** One answer a request; null when the batch was refused as a whole. */
  readonly work: SharedWork<readonly SubgraphAnswer[] | null>
  readonly send: () => void
  entities: number
}

/**
 * Entity fetches of the same text and identity that come up in one turn of the event loop go out as one, whoever asked.
 * The answer is split again. Identity is part of what must be equal: two viewers never share a request.
 */
export function entityBatch(source: Source): Source {
  const open = new Map<string, Batch>()

  function flush(): void {
    const batches = [...open.values()]
    open.clear()
    for (const batch of batches) batch.send()
  }

  function openBatch(key: string, { name }: EntityQuery, caller: Caller): Batch {
    const requests: SubgraphRequest[] = []
    const turn = Promise.withResolvers<void>()
    const start = async (cancelled: AbortSignal) => {
      await turn.promise
      const [first] = requests
      if (first && requests.length === 1) return [await source.fetch(first, caller, cancelled)]
      const joint = joinRequests(requests)
      return splitAnswer(await source.fetch(joint.request, caller, cancelled), name, joint.places)
    }
    const onOver = () => {
      if (open.get(key) === batch) open.delete(key)
    }
    const batch: Batch = { requests, work: sharedWork({ start, onOver }), send: turn.resolve, entities: 0 }
    if (open.size === 0) setImmediate(flush)
    open.set(key, batch)
    return batch
  }

  return {
    name: source.name,
    async fetch(request, caller, signal) {
      const entities = request.representations ? entityQuery(request.query) : null
      if (!entities) return source.fetch(request, caller, signal)
      const count = request.representations?.length ?? 0
      const key = `${entities.id}\0${identityKey(caller)}\0${JSON.stringify(request.variables)}`
      const known = open.get(key)
      const full = known !== undefined && known.entities + count > MOST
      if (full) known.send()
      const batch = known && !full ? known : openBatch(key, entities, caller)
      batch.entities += count
      const place = batch.requests.push(request) - 1
      const answers = await batch.work.join(signal)
      // One bad request among good ones must not harm them: each is asked again, alone.
      return answers?.[place] ?? source.fetch(request, caller, signal)
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}
