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
  readonly entityTypes: readonly string[]
  entities(payload: Uint8Array): readonly Entity[]
}

/**
 * Which entities of a subgraph read differently after an event, its own or one that it consumes. Derived values count: who is
 * followed has one more follower.
 */
export interface EntityChanges {
  /** Types of the events that the table decides about. */
  readonly eventTypes: ReadonlySet<string>
  /** Types of the entities that it decides about. */
  readonly entityTypes: ReadonlySet<string>
  /** @throws PermanentError when an event is not what its type says */
  of(events: readonly DomainEvent[]): readonly Entity[]
}

/**
 * The entities that an event changes: `changes(FollowedSchema, { User: ({ followeeId }) => [followeeId] })`.
 * @param idsByType for each type of entity the ids that the event names
 */
export function changes<Desc extends DescMessage>(
  schema: Desc,
  idsByType: Readonly<Record<string, (message: MessageShape<Desc>) => readonly string[]>>,
): EventEffect {
  return {
    eventType: schema.typeName,
    entityTypes: Object.keys(idsByType),
    entities(payload) {
      const message = decode(schema, payload)
      return Object.entries(idsByType).flatMap(([type, idsOf]) => idsOf(message).map((id) => ({ type, id })))
    },
  }
}

/** The event changes nothing that this subgraph tells of an entity. Say so, and why: an event without a row fails the tests. */
export const changesNothing = (schema: DescMessage): EventEffect => changes(schema, {})

/**
 * The table of a subgraph.
 * @param unchanging types of entities that stay as they came
 */
export function entityChanges(effects: readonly EventEffect[], unchanging: readonly string[] = []): EntityChanges {
  const byType = new Map(effects.map((effect) => [effect.eventType, effect]))
  return {
    eventTypes: new Set(byType.keys()),
    entityTypes: new Set([...effects.flatMap(({ entityTypes }) => entityTypes), ...unchanging]),
    of: (events) => events.flatMap(({ type, payload }) => byType.get(type)?.entities(payload) ?? []),
  }
}
