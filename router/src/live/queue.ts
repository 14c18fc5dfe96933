/** The most that waits for one subscription; a client that reads slower has to come back with its cursor. */
export const QUEUE_LIMIT = { events: 500, bytes: 1024 * 1024 } as const

export interface EventQueue<Event> {
  /** False when the event found no room: the client is too slow. */
  push(event: Event, bytes: number): boolean
  /** The next event, waiting for it; null once the queue is closed. */
  next(): Promise<Event | null>
  close(): void
}

/** Events of one subscription between the reader and the socket. At most one `next` waits at a time. */
export function eventQueue<Event>(): EventQueue<Event> {
  const waiting: { readonly event: Event; readonly bytes: number }[] = []
  let bytesWaiting = 0
  let closed = false
  let wake: ((event: Event | null) => void) | null = null
  return {
    push(event, bytes) {
      if (closed) return true
      if (wake) {
        wake(event)
        wake = null
        return true
      }
      if (waiting.length >= QUEUE_LIMIT.events || bytesWaiting + bytes > QUEUE_LIMIT.bytes) return false
      waiting.push({ event, bytes })
      bytesWaiting += bytes
      return true
    },
    next() {
      const first = closed ? undefined : waiting.shift()
      if (first) {
        bytesWaiting -= first.bytes
        return Promise.resolve(first.event)
      }
      return closed ? Promise.resolve(null) : new Promise((resolve) => (wake = resolve))
    },
    close() {
      closed = true
      waiting.length = 0
      wake?.(null)
      wake = null
    },
  }
}
