import type { CreditRole, MediaType } from '../generated/graphql.ts'

/** A work as a source tells it, with its errors put right. */
export interface SourceWork {
  /** Names the work in its source for good: the seed of its id. */
  readonly sourceId: string
  readonly mediaType: MediaType
  readonly title: string
  /** PartialDate. */
  readonly releasedOn: string | null
  readonly runtimeMinutes: number | null
  /** Slugs, most fitting first. */
  readonly genres: readonly string[]
  readonly people: readonly { readonly name: string; readonly role: CreditRole }[]
  /** How well known it is, from 0: which works come first as long as no member has touched any. */
  readonly renown: number
}
