/** Lets so many pieces of work run at once, and as many wait. */
export interface Bulkhead {
  /** Takes a place, if one is free. @returns false when the work has to wait for one */
  enter(): boolean
  /**
   * Starts the work when there is room; it has its place then.
   * @returns false when even the waiting room is full: the work will not start
   */
  wait(start: () => void): boolean
  /** Gives the place back, also one in the waiting room. Each work calls it once. @param start of work that has waited */
  leave(start?: () => void): void
}

export function openBulkhead(places: number): Bulkhead {
  const waiting = new Set<() => void>()
  let running = 0
  return {
    enter() {
      if (running >= places) return false
      running += 1
      return true
    },
    wait(start) {
      if (waiting.size >= places) return false
      waiting.add(start)
      return true
    },
    leave(start) {
      if (start && waiting.delete(start)) return
      const [next] = waiting
      if (next) {
        waiting.delete(next)
        next()
      } else running -= 1
    },
  }
}
