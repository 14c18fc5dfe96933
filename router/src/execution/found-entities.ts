import type { Represented } from './representations.ts'

/** Entities that a run found, by what was looked for. Fetches side by side look for the same; whatever is merged makes it old. */
export interface FoundEntities {
  /** What was found for the key since the last change, or what the search finds now. */
  find(key: string, search: () => Represented): Represented
  changed(): void
}

export function foundEntities(): FoundEntities {
  const found = new Map<string, Represented>()
  return {
    find(key, search) {
      const known = found.get(key)
      if (known) return known
      const made = search()
      found.set(key, made)
      return made
    },
    changed: () => found.clear(),
  }
}
