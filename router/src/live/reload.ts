import { type FaultCode, fault } from '@vibely/kit/errors'
import type { Caller } from '@vibely/kit/viewer'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Stream } from './stream.ts'
import type { SubscriptionRequest } from './subscribe.ts'

/** So many streams move before everything else has a turn. */
const SLICE = 200

/** A subscription that is open, as a change of the schema or of its caller's rights finds it. */
export interface OpenSubscription {
  /** With the operation that it runs now. */
  request: SubscriptionRequest
  readonly stream: Stream
  /** Settles when it is not on the way to another group. */
  moving: Promise<void>
}

/** Takes a subscription's stream to the group of its new operation; rejects when it cannot go on there. */
export type MoveStream = (subscription: Pick<OpenSubscription, 'request' | 'stream'>, operation: PreparedOperation) => Promise<void>

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

/** Moves one to the present schema, or ends it. */
export const reloadSubscription = (subscription: OpenSubscription, pipeline: Pipeline, move: MoveStream): Promise<void> =>
  moved(subscription, pipeline, move, null, 'SUBSCRIPTION_SCHEMA_RELOAD')

/** Moves one to the rights that its caller has now, or ends it when they do not reach so far any more. */
export const renewSubscription = (subscription: OpenSubscription, pipeline: Pipeline, move: MoveStream, caller: Caller): Promise<void> =>
  moved(subscription, pipeline, move, caller, 'FORBIDDEN')

/** One move of a subscription at a time: two would leave it in two groups. */
function moved(
  subscription: OpenSubscription,
  pipeline: Pipeline,
  move: MoveStream,
  caller: Caller | null,
  otherwise: FaultCode,
): Promise<void> {
  subscription.moving = subscription.moving.then(async () => {
    const { stream } = subscription
    const request = { ...subscription.request, caller: caller ?? subscription.request.caller }
    const { text, definition } = request.operation
    try {
      const operation = await pipeline.operations.prepare(text, definition.name?.value, request.caller.viewer)
      await move({ request, stream }, operation)
      subscription.request = { ...request, operation }
    } catch {
      stream.close()
      request.outlet.end([fault(otherwise)])
    }
  })
  return subscription.moving
}
