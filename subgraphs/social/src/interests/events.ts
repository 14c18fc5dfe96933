import { event } from '@vibely/kit/event'
import { InterestChangedSchema, InterestSource } from '@vibely/schema/events/social/v1/interest'

/** State of an interest after a change; weight 0 when it ended. */
export const interestChanged = (userId: string, genreId: string, weight: number) =>
  event(InterestChangedSchema, { userId, genreId, weight, source: InterestSource.FOLLOWED })
