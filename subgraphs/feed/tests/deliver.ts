import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { Subscription } from '@vibely/kit/consumer'
import { uuidv7 } from '@vibely/kit/ids'
import { mongoInbox } from '@vibely/kit/inbox-mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import type { KeyRing } from '@vibely/kit/sealing'
import type { Database } from '../src/db.ts'
import { follows } from '../src/follows/consumer.ts'
import { genres } from '../src/genres/consumer.ts'
import { interests } from '../src/interests/consumer.ts'
import { members } from '../src/members/consumer.ts'
import { reviews } from '../src/reviews/consumer.ts'
import { works } from '../src/works/consumer.ts'

/** An event of another subgraph on its way to feed. */
export interface Sent {
  readonly type: string
  readonly payload: Uint8Array
  readonly aggregateType: string
  readonly aggregateId: string
  readonly version: number
  readonly eventId: string
  readonly occurredAt: Date
}

/** An event as its topic carries it; the same object delivered twice is a repeat. */
export const sent = <Desc extends DescMessage>(
  schema: Desc,
  aggregate: { readonly type: string; readonly id: string; readonly version: number },
  init: MessageInitShape<Desc>,
  occurredAt = new Date(),
): Sent => ({
  type: schema.typeName,
  payload: toBinary(schema, create(schema, init)),
  aggregateType: aggregate.type,
  aggregateId: aggregate.id,
  version: aggregate.version,
  eventId: uuidv7(),
  occurredAt,
})

/** Delivers events to feed's consumers as the bus would: each once or more, each in its own transaction. */
export function deliveries(database: Database, keyRing: KeyRing): (event: Sent) => Promise<void> {
  const inbox = mongoInbox(database.client, database.db)
  const subscriptions: readonly Subscription<MongoTx>[] = [members(keyRing), works, genres, follows, interests, reviews(keyRing)]
  return async (event) => {
    for (const { group, handlers } of subscriptions) {
      const handler = handlers.find(({ type }) => type === event.type)
      const cause = { actor: 'test', correlationId: event.eventId, causationId: event.eventId }
      if (handler) await inbox.once(group, event.eventId, (tx) => handler.handle(tx, event.payload, { ...event, cause }))
    }
  }
}
