import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { type DomainEvent, decode } from './event.ts'

/** An entity as the router asks for it: by the type it is named with, and its id. */
export interface Entity {
  readonly type: string
  readonly id: string
}

/** What one type of event changes. */
export interface EventEffect {
  readonly eventType: string
  entities(payload: Uint8Array): readonly Entity[]
}

/**
 * Which entities of a subgraph read differently after an event, its own or one that it consumes. Derived values count: who is
 * followed has one more follower.
 */
export interface EntityChanges {
  /** Types of the events that the table decides about. */
  readonly eventTypes: ReadonlySet<string>
  /** @throws PermanentError when the event is not what its type says */
  of(events: readonly DomainEvent[]): readonly Entity[]
}

/** The event changes these entities. */
export const changes = <Desc extends DescMessage>(
  schema: Desc,
  entities: (message: MessageShape<Desc>) => readonly Entity[],
): EventEffect => ({ eventType: schema.typeName, entities: (payload) => entities(decode(schema, payload)) })

/** The event changes nothing that this subgraph tells about an entity. Say so, and why: an event without a row fails the tests. */
export const changesNothing = (schema: DescMessage): EventEffect => ({ eventType: schema.typeName, entities: () => [] })

/** The table of a subgraph. */
export function entityChanges(...effects: readonly EventEffect[]): EntityChanges {
  const byType = new Map(effects.map((effect) => [effect.eventType, effect]))
  return {
    eventTypes: new Set(byType.keys()),
    of: (events) => events.flatMap(({ type, payload }) => byType.get(type)?.entities(payload) ?? []),
  }
}
