import { byKey, type RowLoader } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import { type EntryKey, entryKeyText } from '../library/store.ts'
import { findReviewsByKeys, type Review } from './store.ts'

/** Reviews by author and work. */
export const reviewOfLoader = (source: Source): RowLoader<Review, EntryKey> =>
  byKey((keys) => findReviewsByKeys(source, keys), entryKeyText, entryKeyText)
