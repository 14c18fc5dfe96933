import { timestampDate } from '@bufbuild/protobuf/wkt'
import { on, type Subscription } from '@vibely/kit/consumer'
import { PermanentError } from '@vibely/kit/errors'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type KeyRing, unseal } from '@vibely/kit/sealing'
import {
  ReviewDeletedSchema,
  ReviewEditedSchema,
  ReviewPublishedSchema,
  type ReviewState,
  Visibility,
} from '@vibely/schema/events/culture/v1/review'
import { requestAnnouncement } from '../notifications/announcements.ts'
import { type Item, itemId, removeItem, saveItem } from '../timelines/store.ts'

/** Reviews become feed items; the notifier then tells the followers. A late or repeated event meets a newer version. */
export const reviews = (keyRing: KeyRing): Subscription<MongoTx> => ({
  topic: 'vibely.culture.review.v1',
  group: 'feed.reviews',
  handlers: [
    on(ReviewPublishedSchema, (tx: MongoTx, { message, version }) => save(tx, keyRing, message.review, version)),
    on(ReviewEditedSchema, (tx: MongoTx, { message, version }) => save(tx, keyRing, message.review, version)),
    on(ReviewDeletedSchema, async (tx: MongoTx, { message, version }) => {
      const removed = await removeItem(tx, { subjectId: message.reviewId, authorId: message.authorId }, version)
      if (removed) await requestAnnouncement(tx, { of: 'item', itemId: itemId(message.reviewId) })
    }),
  ],
})

async function save(tx: MongoTx, keyRing: KeyRing, review: ReviewState | undefined, version: number): Promise<void> {
  if (!review?.publishedAt) throw new PermanentError('a review without state or time')
  const item: Omit<Item, 'id'> = {
    verb: 'REVIEWED',
    subjectId: review.reviewId,
    authorId: review.authorId,
    workId: review.workId,
    genreIds: review.genreIds,
    visibility: VISIBILITIES[review.visibility],
    excerpt: await excerptOf(keyRing, review),
    occurredAt: timestampDate(review.publishedAt),
  }
  if (await saveItem(tx, item, version)) await requestAnnouncement(tx, { of: 'item', itemId: itemId(item.subjectId) })
}

async function excerptOf(keyRing: KeyRing, { excerpt }: ReviewState): Promise<string | null> {
  if (!excerpt) return null
  const bytes = await unseal(keyRing, excerpt)
  return bytes === 'erased' || bytes.length === 0 ? null : new TextDecoder().decode(bytes)
}

const VISIBILITIES: Readonly<Record<Visibility, Item['visibility']>> = {
  // What nobody declared visible is shown to nobody.
  [Visibility.UNSPECIFIED]: 'PRIVATE',
  [Visibility.PUBLIC]: 'PUBLIC',
  [Visibility.UNLISTED]: 'UNLISTED',
  [Visibility.FOLLOWERS]: 'FOLLOWERS',
  [Visibility.MUTUALS]: 'MUTUALS',
  [Visibility.PRIVATE]: 'PRIVATE',
}
