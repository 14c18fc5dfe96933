/** Runs work after all earlier work of the same key. */
export type Queue = <T>(key: string, work: () => Promise<T>) => Promise<T>

/**
 * Lets writers of one thing wait for each other in this process, instead of colliding in the store, which would make all
 * but one start over. Only spares work: between processes the store's own conflicts decide.
 */
export function openQueue(): Queue {
  const tails = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const mine = (tails.get(key) ?? Promise.resolve()).then(work)
    const settled = mine.catch(() => undefined)
    tails.set(key, settled)
    try {
      return await mine
    } finally {
      if (tails.get(key) === settled) tails.delete(key)
    }
  }
}
