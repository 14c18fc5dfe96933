import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { newId } from '@vibely/kit/ids'
import { type KeyRing, openKeyRing, seal } from '@vibely/kit/sealing'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { ReviewDeletedSchema, ReviewEditedSchema, ReviewPublishedSchema, Visibility } from '@vibely/schema/events/culture/v1/review'
import { MediaType, WorkCreatedSchema } from '@vibely/schema/events/culture/v1/work_state'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'
import { InterestChangedSchema, InterestSource } from '@vibely/schema/events/social/v1/interest'
import { openAccounts } from '@vibely/testkit/accounts'
import { openVersions, type Sent, sent } from '@vibely/testkit/deliver'
import type { Redis } from 'ioredis'

/** The master key of the tests. */
export const SEALING_KEY = Buffer.alloc(32, 7)

export interface TestReview {
  readonly reviewId: string
  readonly authorId: string
  readonly workId: string
  readonly genreIds: readonly string[]
  readonly publishedAt: Date
  readonly visibility?: Visibility
  readonly excerpt?: string
}

/** The other subgraphs, as far as feed hears of them: makes their events and counts the versions of their aggregates. */
export function openWorld({ redis, namespace }: { readonly redis: Redis; readonly namespace: string }) {
  const keyRing = openKeyRing({ redis, namespace, key: SEALING_KEY })
  const next = openVersions()
  const review = async ({ excerpt, publishedAt, visibility = Visibility.PUBLIC, genreIds, ...ids }: TestReview) => {
    const bytes = excerpt === undefined ? undefined : await seal(keyRing, ids.authorId, new TextEncoder().encode(excerpt))
    return {
      review: {
        ...ids,
        genreIds: [...genreIds],
        visibility,
        language: 'en',
        publishedAt: timestampFromDate(publishedAt),
        ...(bytes && { excerpt: bytes }),
      },
    }
  }

  return {
    keyRing: keyRing as KeyRing,
    ...openAccounts(keyRing),
    genre(name: string, genreId = newId('genre')): Sent & { genreId: string } {
      return {
        ...sent(GenreChangedSchema, next('genre-state', genreId), { genreId, slug: name.toLowerCase(), names: { en: name } }),
        genreId,
      }
    },
    work(title: string, genreIds: readonly string[], workId = newId('work')): Sent & { workId: string } {
      const work = { workId, mediaType: MediaType.FILM, title, slug: title.toLowerCase(), genreIds: [...genreIds] }
      return { ...sent(WorkCreatedSchema, next('work-state', workId), { work }), workId }
    },
    followed: (followerId: string, followeeId: string, at: Date): Sent =>
      sent(FollowedSchema, next('follow', followerId), { followerId, followeeId, followedAt: timestampFromDate(at) }, at),
    unfollowed: (followerId: string, followeeId: string): Sent =>
      sent(UnfollowedSchema, next('follow', followerId), { followerId, followeeId }),
    interest: (userId: string, genreId: string, at: Date, weight = 1): Sent =>
      sent(InterestChangedSchema, next('interest', userId), { userId, genreId, weight, source: InterestSource.FOLLOWED }, at),
    published: async (of: TestReview): Promise<Sent> =>
      sent(ReviewPublishedSchema, next('review', of.reviewId), await review(of), of.publishedAt),
    edited: async (of: TestReview): Promise<Sent> => sent(ReviewEditedSchema, next('review', of.reviewId), await review(of)),
    deleted: ({ reviewId, authorId, workId }: TestReview): Sent =>
      sent(ReviewDeletedSchema, next('review', reviewId), { reviewId, authorId, workId }),
  }
}

export type World = ReturnType<typeof openWorld>
