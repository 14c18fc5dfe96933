import assert from 'node:assert/strict'
import { PublishReviewDocument } from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { type Member, send } from './member.ts'

export const REVIEW_BODY = 'A film that survives its projector burning down is a good film.'

/** Tries once to publish a review. Returns the code of the failure, or null when it is published. */
export async function publishOnce(routerUrl: string, author: Member, workId: string, idempotencyKey: string): Promise<unknown> {
  const input = {
    workId,
    idempotencyKey,
    title: 'Seen between two crashes',
    body: REVIEW_BODY,
    containsSpoilers: false,
    visibility: 'PUBLIC',
  } as const
  const { data, errors } = await send(routerUrl, PublishReviewDocument, { input }, author.accessToken)
  if (errors) return errors[0]?.extensions?.code ?? errors[0]
  assert.deepEqual(data?.publishReview?.userErrors, [])
  return null
}

/** Publishes as a client does that tries again until it has an answer: the key makes the repeat harmless. */
export async function publishUntilDone(
  routerUrl: string,
  author: Member,
  workId: string,
  idempotencyKey: string,
  withinMs: number,
): Promise<string> {
  await eventually(async () => assert.equal(await publishOnce(routerUrl, author, workId, idempotencyKey), null), { withinMs })
  return workId
}
