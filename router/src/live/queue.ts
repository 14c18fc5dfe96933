import type { LiveResult } from './result.ts'

/** The most that waits for one client; who reads slower has to come back with a cursor. */
export const BACKLOG_LIMIT = { events: 500, bytes: 1024 * 1024 } as const

/** What waits for a client, over all its subscriptions. */
export interface Backlog {
  events: number
  bytes: number
}

export const emptyBacklog = (): Backlog => ({ events: 0, bytes: 0 })

/** Results of one subscription that its client does not take yet. */
export interface ResultQueue {
  isEmpty(): boolean
  /**
   * False when the result found no room: the client is too slow.
   * @param buffered bytes that wait for the client elsewhere
   */
  push(result: LiveResult, buffered: number): boolean
  shift(): LiveResult | undefined
  clear(): void
}

/** A queue that shares the room of its client's backlog. A result with a key takes the place of an older one with the same key. */
export function resultQueue(backlog: Backlog): ResultQueue {
  // Made when something has to wait: few of ten thousand queues ever hold anything.
  let waiting: Map<string | symbol, LiveResult> | null = null
  const forget = (key: string | symbol): LiveResult | undefined => {
    const result = waiting?.get(key)
    if (!waiting || !result) return undefined
    waiting.delete(key)
    backlog.events -= 1
    backlog.bytes -= result.json.length
    return result
  }
  return {
    isEmpty: () => !waiting || waiting.size === 0,
    push(result, buffered) {
      const key = result.key ?? Symbol()
      forget(key)
      if (backlog.events >= BACKLOG_LIMIT.events || backlog.bytes + buffered + result.json.length > BACKLOG_LIMIT.bytes) return false
      waiting ??= new Map()
      waiting.set(key, result)
      backlog.events += 1
      backlog.bytes += result.json.length
      return true
    },
    shift() {
      for (const key of waiting?.keys() ?? []) return forget(key)
      return undefined
    },
    clear() {
      for (const key of waiting?.keys() ?? []) forget(key)
    },
  }
}
