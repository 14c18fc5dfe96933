import DataLoader from 'dataloader'
import type { Source } from '../db.ts'
import type { EntryKey } from '../library/store.ts'
import { findReviewsByKeys, type Review } from './store.ts'

const keyOf = ({ userId, workId }: EntryKey) => `${userId} ${workId}`

/** Reviews by author and work. */
export const reviewOfLoader = (source: Source): DataLoader<EntryKey, Review | null, string> =>
  new DataLoader(
    async (keys) => {
      const found = new Map((await findReviewsByKeys(source, keys)).map((review) => [keyOf(review), review]))
      return keys.map((key) => found.get(keyOf(key)) ?? null)
    },
    { cacheKeyFn: keyOf },
  )
