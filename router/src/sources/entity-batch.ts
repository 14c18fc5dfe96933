import type { Caller } from '@vibely/kit/viewer'
import { type EntityQuery, entityQuery } from './entity-query.ts'
import { identityKey } from './identity-key.ts'
import { isUsualSet } from './joint-document.ts'
import { joinParts, type Part, type PartAnswers } from './joint-request.ts'
import { type SharedWork, sharedWork } from './shared-work.ts'
import type { Source, SubgraphRequest } from './source.ts'

// All that travel together wait for the slowest of them, and go on in step: many large answers at once are much to hold.
const MOST_ENTITIES = 32
const MOST_PARTS = 8

/** The way of a part: a request that it shares with others. */
interface Sent {
  readonly work: SharedWork<readonly PartAnswers[]>
  readonly place: number
}

/** A part that is still open for requests. */
interface OpenPart extends Part {
  readonly requests: SubgraphRequest[]
  /** Who asked first. */
  readonly caller: Caller
  readonly work: SharedWork<PartAnswers>
  readonly send: (sent: Sent) => void
  size: number
}

/** The parts in their order, no more together than one request may carry; a part that is more than that goes alone. */
function inLoads(parts: readonly OpenPart[]): OpenPart[][] {
  const loads: OpenPart[][] = []
  let size = 0
  for (const part of parts) {
    const load = loads.at(-1)
    if (load && load.length < MOST_PARTS && size + part.size <= MOST_ENTITIES) {
      load.push(part)
      size += part.size
    } else {
      loads.push([part])
      size = part.size
    }
  }
  return loads
}

/**
 * Entity fetches that come up in one turn of the event loop go out together. Those of the same text, variables and identity
 * become one list, whoever asked; lists of one caller become one document when they are side by side again and again, as
 * the plan of his operation has them.
 * The answer is split again. Two viewers never share a request.
 */
export function entityBatch(source: Source): Source {
  const open = new Map<string, OpenPart>()

  function flush(): void {
    const callers = Map.groupBy(open.values(), ({ caller }) => caller)
    open.clear()
    for (const [caller, own] of callers) {
      own.sort((one, other) => one.entities.id - other.entities.id)
      for (const parts of inLoads(own)) sendUsual(parts, caller)
    }
  }

  function sendUsual(parts: readonly OpenPart[], caller: Caller): void {
    if (parts.length > 1 && isUsualSet(parts.map(({ entities }) => entities))) send(parts, caller)
    else for (const part of parts) send([part], caller)
  }

  function send(parts: readonly OpenPart[], caller: Caller): void {
    const { request, split } = joinParts(parts)
    const start = (cancelled: AbortSignal) => source.fetch(request, caller, cancelled).then(split)
    const work = sharedWork({ start, onOver() {} })
    for (const [place, part] of parts.entries()) part.send({ work, place })
  }

  function openPart(key: string, entities: EntityQuery, caller: Caller): OpenPart {
    const { promise: sent, resolve } = Promise.withResolvers<Sent>()
    const work = sharedWork({
      async start(cancelled) {
        const { work: joint, place } = await sent
        const answers = await joint.join(cancelled)
        return answers[place] ?? null
      },
      onOver() {
        if (open.get(key) === part) open.delete(key)
      },
    })
    const part: OpenPart = { entities, requests: [], caller, work, send: resolve, size: 0 }
    if (open.size === 0) setImmediate(flush)
    open.set(key, part)
    return part
  }

  return {
    name: source.name,
    async fetch(request, caller, signal) {
      const entities = request.representations ? entityQuery(request.query) : null
      if (!entities) return source.fetch(request, caller, signal)
      const count = request.representations?.length ?? 0
      const key = `${entities.id}\0${identityKey(caller)}\0${JSON.stringify(request.variables)}`
      const known = open.get(key)
      const full = known !== undefined && known.size + count > MOST_ENTITIES
      if (full) send([known], known.caller)
      const part = known && !full ? known : openPart(key, entities, caller)
      part.size += count
      const place = part.requests.push(request) - 1
      const answers = await part.work.join(signal)
      // One bad request among good ones must not harm them: each is asked again, alone.
      return answers?.[place] ?? source.fetch(request, caller, signal)
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}
