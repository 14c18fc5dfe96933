import type { SharedWork } from './shared-work.ts'

/** Work that is under way and may be joined, by what it is about. */
export interface UnderWay<About, T> {
  /** The work that is under way, or new one. @param start is given what to call once nobody may join any more */
  workOf(about: About, key: string, start: (onOver: () => void) => SharedWork<T>): SharedWork<T>
  /** From now on nobody joins what has begun. */
  forget(): void
}

/**
 * By two keys, as the first is the same object again and again.
 *
 * A `Map` that lives long keeps garbage: when it makes itself a new table, the old one holds the entries of that moment and leads to
 * the next, so that young collections find all of them in use. It was a quarter of the CPU time. Therefore what is over leaves its
 * entry empty, and an empty map is replaced.
 */
export function underWay<About, T>(): UnderWay<About, T> {
  type Place = { work: SharedWork<T> | undefined }
  let all = new Map<About, Map<string, Place>>()
  return {
    workOf(about, key, start) {
      const begun = all
      const same = begun.get(about) ?? new Map<string, Place>()
      const known = same.get(key)?.work
      if (known) return known
      const place: Place = { work: undefined }
      place.work = start(() => {
        place.work = undefined
        same.delete(key)
        if (same.size === 0) begun.delete(about)
        if (begun === all && begun.size === 0) all = new Map()
      })
      same.set(key, place)
      begun.set(about, same)
      return place.work
    },
    forget() {
      all = new Map()
    },
  }
}
