import type { Caller } from '@vibely/kit/viewer'
import type { Source, SubgraphAnswer, SubgraphRequest } from '../src/sources/source.ts'

interface Asked {
  readonly request: SubgraphRequest
  readonly caller: Caller
  readonly signal: AbortSignal
  answer(answer: SubgraphAnswer): void
  fail(error: Error): void
}

/** A source whose fetches stay under way until the test answers them. */
export function gatedSource(): Source & { readonly asked: readonly Asked[] } {
  const asked: Asked[] = []
  return {
    name: 'gated',
    asked,
    fetch(request, caller, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<SubgraphAnswer>()
      asked.push({ request, caller, signal, answer: resolve, fail: reject })
      return promise
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** A signed-in caller. */
export const callerOf = (id: string, change: Partial<NonNullable<Caller['viewer']>> = {}): Caller => ({
  viewer: { id, sessionId: `session of ${id}`, roles: [], scopes: ['read'], facts: [], ...change },
  ip: '203.0.113.1',
  userAgent: null,
})
