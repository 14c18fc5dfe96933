import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'

/** A fact as it goes into the outbox: full message name and Protobuf bytes. */
export interface DomainEvent {
  readonly type: string
  readonly payload: Uint8Array
}

/** The event of a message: `event(FollowedSchema, { followerId, followeeId })`. */
export const event = <Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): DomainEvent => ({
  type: schema.typeName,
  payload: toBinary(schema, create(schema, init)),
})

/** The topic of an event: `vibely.social.v1.Followed` of aggregate `follow` goes to `vibely.social.follow.v1`. */
export function topicOf(type: string, aggregateType: string): string {
  const parts = type.split('.')
  const version = parts.at(-2)
  if (version === undefined || parts.length < 3) throw new Error(`${type} is not <package>.<version>.<Message>`)
  return [...parts.slice(0, -2), aggregateType, version].join('.')
}

/** The source of an event: `vibely.social.v1.Followed` comes from `/vibely/social`. */
export const sourceOf = (type: string): string => `/${type.split('.').slice(0, -2).join('/')}`
