/** Lets so many pieces of work run at once, and as many wait. */
export interface Bulkhead {
  /**
   * Starts the work, now or when there is room.
   * @returns false when even the waiting room is full: the work will not start
   */
  enter(start: () => void): boolean
  /** Gives the place back, also one in the waiting room. Each work calls it once. */
  leave(start: () => void): void
}

export function openBulkhead(places: number): Bulkhead {
  const waiting = new Set<() => void>()
  let running = 0
  return {
    enter(start) {
      if (running < places) {
        running += 1
        start()
      } else if (waiting.size < places) waiting.add(start)
      else return false
      return true
    },
    leave(start) {
      if (waiting.delete(start)) return
      const [next] = waiting
      if (next) {
        waiting.delete(next)
        next()
      } else running -= 1
    },
  }
}
