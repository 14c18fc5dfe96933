import { create, type DescMessage, fromBinary, type MessageInitShape, type MessageShape, toBinary } from '@bufbuild/protobuf'
import { PermanentError } from './errors.ts'

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

/** The message in its bytes. Throws a permanent error when it is not one. */
export function decode<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes)
  } catch (error) {
    throw new PermanentError(`not a ${schema.typeName}`, { cause: error })
  }
}

/** The topic of an event: `vibely.social.v1.Followed` of aggregate `follow` goes to `vibely.social.follow.v1`. */
export function topicOf(type: string, aggregateType: string): string {
  const parts = type.split('.')
  const version = parts.at(-2)
  if (version === undefined || parts.length < 3) throw new Error(`${type} is not <package>.<version>.<Message>`)
  return [...parts.slice(0, -2), aggregateType, version].join('.')
}

/** The source of an event: `vibely.social.v1.Followed` comes from `/vibely/social`. */
export const sourceOf = (type: string): string => `/${type.split('.').slice(0, -2).join('/')}`
