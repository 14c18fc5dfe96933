import { mongoInbox } from '@vibely/kit/inbox-mongo'
import type { Database } from '@vibely/kit/mongo'
import type { KeyRing } from '@vibely/kit/sealing'
import { deliveries, type Sent } from '@vibely/testkit/deliver'
import { follows } from '../src/follows/consumer.ts'
import { genres } from '../src/genres/consumer.ts'
import { interests } from '../src/interests/consumer.ts'
import { members } from '../src/members/consumer.ts'
import { reviews } from '../src/reviews/consumer.ts'
import { works } from '../src/works/consumer.ts'

/** Delivers events to all of feed's consumers. */
export const feedDeliveries = ({ client, db }: Database, keyRing: KeyRing): ((event: Sent) => Promise<void>) =>
  deliveries(mongoInbox(client, db), [members(keyRing), works, genres, follows, interests, reviews(keyRing)])
