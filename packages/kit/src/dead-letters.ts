import { setTimeout as sleep } from 'node:timers/promises'
import { currentCause } from './cause.ts'
import type { FailureKind } from './inbox.ts'
import type { Bus, Incoming, Outgoing } from './messaging.ts'

// One topic holds the dead letters and what became of them. A letter is a copy of the message with `dlq.*` headers; its id is its
// place in the topic. A later message with `dlq.action` and `dlq.id` settles it. Discarding leaves only that note. Replaying
// writes the message once more, for the one consumer that failed: every group reads this topic and takes the replays addressed
// to it. So the note and the delivery are one write, other consumers see nothing, and no old value returns to a state topic.

/** The topic, keyed like the message: letters of one key stay in order, and so do their replays. */
export const TOPIC = 'dead_letters'

export type DeadLetterState = 'waiting' | 'replayed' | 'discarded'

export interface DeadLetter {
  /** Place in the topic: `<partition>-<offset>`. */
  readonly id: string
  readonly state: DeadLetterState
  readonly reason: string
  readonly errorClass: string
  readonly originalTopic: string
  readonly originalPartition: number
  readonly originalOffset: string
  readonly key: string
  readonly consumer: string
  readonly attempts: number
  readonly firstFailedAt: Date
  /** Undefined when the message could not be read. */
  readonly eventId: string | undefined
  readonly type: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly value: Buffer | null
}

/** Which letters; every given part must match. */
export interface DeadLetterFilter {
  readonly state?: DeadLetterState
  readonly consumer?: string
  readonly originalTopic?: string
  readonly type?: string
  readonly key?: string
  readonly errorClass?: string
}

interface Failure {
  readonly message: Incoming
  readonly error: unknown
  readonly kind: FailureKind
  readonly consumer: string
  readonly attempts: number
  readonly firstFailedAt: Date
}

/** The dead letter of a message. Holds the class of the error, never its text, which may quote personal data. */
export function deadLetter({ message, error, kind, consumer, attempts, firstFailedAt }: Failure): Outgoing {
  return {
    topic: TOPIC,
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      'dlq.reason': kind === 'permanent' ? 'permanent' : 'retries exhausted',
      'dlq.error_class': error instanceof Error ? error.name : typeof error,
      'dlq.original_topic': message.topic,
      'dlq.partition': String(message.partition),
      'dlq.offset': message.offset,
      'dlq.key': message.key,
      'dlq.consumer': consumer,
      'dlq.attempts': String(attempts),
      'dlq.first_failed_at': firstFailedAt.toISOString(),
    },
  }
}

/** True for a message of the topic that is a replay for this consumer group. */
export const isReplayFor = ({ headers }: Incoming, group: string): boolean =>
  headers['dlq.action'] === 'replay' && headers['dlq.consumer'] === group

/** The message as it was before it died. */
export function originalOf(letter: Incoming): Incoming {
  const { headers } = letter
  return {
    topic: headers['dlq.original_topic'] ?? letter.topic,
    partition: Number(headers['dlq.partition']),
    offset: headers['dlq.offset'] ?? letter.offset,
    key: letter.key,
    value: letter.value,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('dlq.'))),
  }
}

const idOf = ({ partition, offset }: Incoming) => `${partition}-${offset}`

function toDeadLetter(message: Incoming, state: DeadLetterState): DeadLetter {
  const { headers } = message
  const original = originalOf(message)
  return {
    id: idOf(message),
    state,
    reason: headers['dlq.reason'] ?? '',
    errorClass: headers['dlq.error_class'] ?? '',
    originalTopic: original.topic,
    originalPartition: original.partition,
    originalOffset: original.offset,
    key: message.key,
    consumer: headers['dlq.consumer'] ?? '',
    attempts: Number(headers['dlq.attempts']),
    firstFailedAt: new Date(headers['dlq.first_failed_at'] ?? Number.NaN),
    eventId: headers.ce_id,
    type: headers.ce_type,
    headers,
    value: message.value,
  }
}

const matches = (letter: DeadLetter, filter: DeadLetterFilter): boolean =>
  (Object.keys(filter) as (keyof DeadLetterFilter)[]).every((part) => filter[part] === undefined || letter[part] === filter[part])

/** The dead letters, oldest first within a key. */
export async function listDeadLetters(bus: Bus, filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
  const messages = await bus.readAll(TOPIC)
  const settled = new Map<string, DeadLetterState>()
  for (const { headers } of messages) {
    if (headers['dlq.action'] && headers['dlq.id'])
      settled.set(headers['dlq.id'], headers['dlq.action'] === 'replay' ? 'replayed' : 'discarded')
  }
  return messages
    .filter(({ headers }) => !headers['dlq.action'])
    .map((message) => toDeadLetter(message, settled.get(idOf(message)) ?? 'waiting'))
    .filter((letter) => matches(letter, filter))
}

/** One dead letter, or undefined. */
export async function showDeadLetter(bus: Bus, id: string): Promise<DeadLetter | undefined> {
  return (await listDeadLetters(bus)).find((letter) => letter.id === id)
}

/** The message that settles a letter. */
const settle = (letter: DeadLetter, action: 'replay' | 'discard', more: Record<string, string>, value: Buffer | null): Outgoing => ({
  topic: TOPIC,
  key: letter.key,
  value,
  headers: {
    ...letter.headers,
    ...more,
    'dlq.action': action,
    'dlq.id': letter.id,
    'dlq.by': currentCause().actor,
    'dlq.at': new Date().toISOString(),
  },
})

export type ReplayChoice = { readonly id: string } | { readonly filter: DeadLetterFilter } | { readonly all: true }

/**
 * Delivers dead letters once more to the consumer that set them aside, in the order in which they died. Harmless to repeat: its
 * inbox knows what it has applied. One that fails again becomes a new letter.
 * @returns the letters that were (or, in a dry run, would be) replayed
 */
export async function replayDeadLetters(
  bus: Bus,
  choice: ReplayChoice & { readonly dryRun?: boolean /** Letters a second. */; readonly rate?: number },
): Promise<DeadLetter[]> {
  const chosen =
    'id' in choice
      ? (await listDeadLetters(bus)).filter(({ id }) => id === choice.id)
      : await listDeadLetters(bus, { state: 'waiting', ...('filter' in choice && choice.filter) })
  if (choice.dryRun) return chosen
  for (const letter of chosen) {
    await bus.publish([settle(letter, 'replay', {}, letter.value)])
    if (choice.rate) await sleep(1_000 / choice.rate)
  }
  return chosen
}

/** Gives up on a letter, and says why. It stays readable until the topic drops it. */
export async function discardDeadLetter(
  bus: Bus,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<DeadLetter | undefined> {
  const letter = await showDeadLetter(bus, id)
  if (letter) await bus.publish([settle(letter, 'discard', { 'dlq.discard_reason': reason }, null)])
  return letter && { ...letter, state: 'discarded' }
}
