import { type Cause, currentCause } from './cause.ts'
import { PermanentError } from './errors.ts'
import { sourceOf, topicOf } from './event.ts'
import type { Outgoing } from './messaging.ts'
import type { OutboxRecord } from './outbox.ts'
import { traceHeaders } from './telemetry.ts'

// CloudEvents 1.0, Kafka binding, binary mode.

/** What a message says about itself. */
export interface Envelope {
  readonly eventId: string
  readonly type: string
  readonly aggregateId: string
  readonly version: number
  readonly occurredAt: Date
  readonly cause: Cause
}

/** Who and what is behind the write, as the outbox row keeps it. */
export function causeHeaders(): Record<string, string> {
  const { actor, correlationId, causationId } = currentCause()
  return { ...traceHeaders(), actor, correlation_id: correlationId, causation_id: causationId }
}

/** The Kafka message of an outbox record. */
export const toMessage = (record: OutboxRecord): Outgoing => ({
  topic: topicOf(record.type, record.aggregateType),
  key: record.aggregateId,
  value: record.payload,
  headers: {
    ...record.headers,
    ce_specversion: '1.0',
    'content-type': 'application/protobuf',
    ce_id: record.eventId,
    ce_type: record.type,
    ce_source: sourceOf(record.type),
    ce_subject: record.aggregateId,
    ce_time: record.createdAt.toISOString(),
    aggregate_version: String(record.version),
  },
})

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The envelope of a message; throws a permanent error when a header is missing or malformed. */
export function readEnvelope(headers: Readonly<Record<string, string>>): Envelope {
  const need = (name: string): string => {
    const value = headers[name]
    if (value === undefined || value === '') throw new PermanentError(`message without ${name}`)
    return value
  }
  const eventId = need('ce_id')
  if (!UUID.test(eventId)) throw new PermanentError('ce_id is not a UUID')
  const version = Number(need('aggregate_version'))
  if (!Number.isSafeInteger(version) || version < 1) throw new PermanentError('aggregate_version is not a positive number')
  const occurredAt = new Date(need('ce_time'))
  if (Number.isNaN(occurredAt.getTime())) throw new PermanentError('ce_time is not a time')
  return {
    eventId,
    type: need('ce_type'),
    aggregateId: need('ce_subject'),
    version,
    occurredAt,
    cause: { actor: headers.actor ?? 'system', correlationId: headers.correlation_id ?? eventId, causationId: eventId },
  }
}
