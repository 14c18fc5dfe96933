import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { Subscription } from '@vibely/kit/consumer'
import { uuidv7 } from '@vibely/kit/ids'
import type { Inbox } from '@vibely/kit/inbox'

/** An event of another subgraph on its way. */
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

/** Delivers events to consumers as the bus would, each in its own transaction; without retries, so that a failure is seen. */
export const deliveries =
  <Tx>(inbox: Inbox<Tx>, subscriptions: readonly Subscription<Tx>[]) =>
  async (event: Sent): Promise<void> => {
    for (const { group, handlers } of subscriptions) {
      const handler = handlers.find(({ type }) => type === event.type)
      const cause = { actor: 'test', correlationId: event.eventId, causationId: event.eventId }
      if (handler) await inbox.once(group, event.eventId, (tx) => handler.handle(tx, event.payload, { ...event, cause }))
    }
  }

/** Counts the versions of aggregates, for the events of a test. */
export function openVersions(): (type: string, id: string) => { readonly type: string; readonly id: string; readonly version: number } {
  const versions = new Map<string, number>()
  return (type, id) => {
    const version = (versions.get(`${type}:${id}`) ?? 0) + 1
    versions.set(`${type}:${id}`, version)
    return { type, id, version }
  }
}
