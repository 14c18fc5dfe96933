import DataLoader from 'dataloader'
import type { Source } from '../db.ts'
import { type EntryKey, findEntriesByKeys, type LibraryEntry } from './store.ts'

const keyOf = ({ userId, workId }: EntryKey) => `${userId} ${workId}`

/** Entries by member and work. */
export const entryLoader = (source: Source): DataLoader<EntryKey, LibraryEntry | null, string> =>
  new DataLoader(
    async (keys) => {
      const found = new Map((await findEntriesByKeys(source, keys)).map((entry) => [keyOf(entry), entry]))
      return keys.map((key) => found.get(keyOf(key)) ?? null)
    },
    { cacheKeyFn: keyOf },
  )
