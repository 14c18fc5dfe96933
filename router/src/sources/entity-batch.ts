import type { Caller } from '@vibely/kit/viewer'
import { type BatchedQuery, batchedQuery } from './batched-query.ts'
import { identityKey } from './identity-key.ts'
import { isUsualSet } from './joint-document.ts'
import { joinParts } from './joint-request.ts'
import { sharedWork } from './shared-work.ts'
import { CallerLeft, type Source, type SubgraphAnswer, type SubgraphRequest } from './source.ts'

// All that travel together wait for the slowest of them, and go on in step: many large answers at once are much to hold.
const MOST_ENTITIES = 32
const MOST_PARTS = 8

/** A request until it is sent, alone or with others. */
interface Waiting {
  readonly request: SubgraphRequest
  readonly signal: AbortSignal
  readonly resolve: (answer: SubgraphAnswer | Promise<SubgraphAnswer>) => void
  readonly reject: (error: unknown) => void
}

/** Requests of one text, variables and identity. */
interface OpenPart {
  readonly entities: BatchedQuery
  readonly waiting: Waiting[]
  /** Who asked first. */
  readonly caller: Caller
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

/** The part without those who have left by now; they are told. */
function withoutLeft(part: OpenPart): OpenPart {
  if (!part.waiting.some(({ signal }) => signal.aborted)) return part
  for (const { signal, reject } of part.waiting) if (signal.aborted) reject(new CallerLeft())
  return { ...part, waiting: part.waiting.filter(({ signal }) => !signal.aborted) }
}

/**
 * Entity fetches that come up in one turn of the event loop go out together. Those of the same text, variables and identity
 * become one list, whoever asked; lists of one caller become one document when they are side by side again and again, as
 * the plan of his operation has them.
 * The answer is split again. Two viewers never share a request.
 */
export function entityBatch(source: Source): Source {
  // Replaced, not cleared: `underWay` says why.
  let open = new Map<string, OpenPart>()

  function flush(): void {
    const parts = [...open.values()]
    open = new Map()
    for (const [caller, own] of Map.groupBy(parts, ({ caller }) => caller)) {
      own.sort((one, other) => one.entities.id - other.entities.id)
      for (const parts of inLoads(own)) sendUsual(parts, caller)
    }
  }

  function sendUsual(parts: readonly OpenPart[], caller: Caller): void {
    if (parts.length > 1 && isUsualSet(parts.map(({ entities }) => entities))) send(parts, caller)
    else for (const part of parts) send([part], caller)
  }

  function send(all: readonly OpenPart[], caller: Caller): void {
    const parts = all.map(withoutLeft).filter(({ waiting }) => waiting.length > 0)
    const [only, ...others] = parts.flatMap(({ waiting }) => waiting)
    if (!only) return
    if (others.length === 0) {
      alone(only, caller)
      return
    }
    const { request, split } = joinParts(parts.map(({ entities, waiting }) => ({ entities, requests: waiting.map((one) => one.request) })))
    const cancel = new AbortController()
    const ask = async () => split(await source.fetch(request, caller, cancel.signal))
    const work = sharedWork({ begun: ask(), cancel })
    for (const [place, { waiting }] of parts.entries()) {
      for (const [index, one] of waiting.entries()) {
        work.join(one.signal).then((answers) => {
          const answer = answers[place]?.[index]
          // One bad request among good ones must not harm them: each is asked again, alone.
          if (answer) one.resolve(answer)
          else alone(one, caller)
        }, one.reject)
      }
    }
  }

  function alone({ request, signal, resolve }: Waiting, caller: Caller): void {
    resolve(source.fetch(request, caller, signal))
  }

  function wait(entities: BatchedQuery, request: SubgraphRequest, caller: Caller, one: Waiting): void {
    const count = request.representations?.length ?? 0
    const key = `${entities.id}\0${identityKey(caller)}\0${JSON.stringify(request.variables)}`
    let part = open.get(key)
    if (part && part.size + count > MOST_ENTITIES) {
      open.delete(key)
      send([part], part.caller)
      part = undefined
    }
    if (!part) {
      if (open.size === 0) setImmediate(flush)
      part = { entities, waiting: [], caller, size: 0 }
      open.set(key, part)
    }
    part.size += count
    part.waiting.push(one)
  }

  return {
    ...source,
    fetch(request, caller, signal) {
      const { representations = [] } = request
      // A list that fills a request goes alone in any case.
      const entities = representations.length > 0 && representations.length < MOST_ENTITIES ? batchedQuery(request.query) : null
      if (!entities) return source.fetch(request, caller, signal)
      return new Promise((resolve, reject) => wait(entities, request, caller, { request, signal, resolve, reject }))
    },
  }
}
