import { byKey, type RowLoader } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import { type EntryKey, entryKeyText, findEntriesByKeys, type LibraryEntry } from './store.ts'

/** Entries by member and work. */
export const entryLoader = (source: Source): RowLoader<LibraryEntry, EntryKey> =>
  byKey((keys) => findEntriesByKeys(source, keys), entryKeyText, entryKeyText)
