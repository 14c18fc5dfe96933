import { fault } from '@vibely/kit/errors'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Stream } from './stream.ts'
import type { SubscriptionRequest } from './subscribe.ts'

/** So many streams move before everything else has a turn. */
const SLICE = 200

/** A subscription that is open, as a change of the schema finds it. */
export interface OpenSubscription {
  /** With the operation that it runs now. */
  request: SubscriptionRequest
  readonly stream: Stream
}

/** Takes a subscription's stream to the group of its new operation; rejects when it cannot go on there. */
export type MoveStream = (subscription: OpenSubscription, operation: PreparedOperation) => Promise<void>

/**
 * Moves subscriptions to the present schema, where their documents still hold, and ends the others with SUBSCRIPTION_SCHEMA_RELOAD.
 * The schema is in place already: who comes back on being told finds it.
 */
export async function reloadSubscriptions(open: ReadonlySet<OpenSubscription>, pipeline: Pipeline, move: MoveStream): Promise<void> {
  let moved = 0
  for (const subscription of [...open]) {
    if (!open.has(subscription)) continue
    await reloadSubscription(subscription, pipeline, move)
    moved += 1
    if (moved % SLICE === 0) await new Promise(setImmediate)
  }
}

/** Moves one, or ends it. */
export async function reloadSubscription(subscription: OpenSubscription, pipeline: Pipeline, move: MoveStream): Promise<void> {
  const { request, stream } = subscription
  const { text, definition } = request.operation
  try {
    const operation = await pipeline.operations.prepare(text, definition.name?.value, request.caller.viewer)
    await move(subscription, operation)
    subscription.request = { ...request, operation }
  } catch {
    stream.close()
    request.outlet.end([fault('SUBSCRIPTION_SCHEMA_RELOAD')])
  }
}
