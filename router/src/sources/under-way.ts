import type { SharedWork } from './shared-work.ts'

/** Work that is under way and may be joined, by what it is about. */
export interface UnderWay<About, T> {
  /** Whether anything is under way about this: it is not worth a key otherwise. */
  has(about: About): boolean
  find(about: About, key: string): SharedWork<T> | undefined
  /** Keeps work that has just begun. @param share is given what to call once nobody may join any more */
  add(about: About, key: string, share: (onOver: () => void) => SharedWork<T>): SharedWork<T>
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
    has: (about) => all.has(about),
    find: (about, key) => all.get(about)?.get(key)?.work,
    add(about, key, share) {
      const begun = all
      const same = begun.get(about) ?? new Map<string, Place>()
      const place: Place = { work: undefined }
      const work = share(() => {
        place.work = undefined
        same.delete(key)
        if (same.size === 0) begun.delete(about)
        if (begun === all && begun.size === 0) all = new Map()
      })
      place.work = work
      same.set(key, place)
      begun.set(about, same)
      return work
    },
    forget() {
      all = new Map()
    },
  }
}
