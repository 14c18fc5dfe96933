import assert from 'node:assert/strict'
import type { ExecutionResult } from 'graphql'
import type { Client } from 'graphql-ws'

export interface ReviewEvent {
  readonly phase: string
  readonly cursor: string
  readonly note: string | null
  readonly review: { readonly title: string; readonly author: { readonly name: string; readonly reviewCount: number } | null } | null
}

const QUERY =
  'subscription($after: String) { reviewAdded(after: $after) { phase cursor note review { title author { name reviewCount } } } }'

/** A subscription whose results are taken one by one. */
export function watch(client: Client, after: string | null = null, query = QUERY, variables: object = {}) {
  const results = client.iterate({ query, variables: { after, ...variables } })
  const next = async (): Promise<ExecutionResult> => {
    const { value, done } = await results.next()
    assert.ok(!done, 'the stream ended')
    return value as ExecutionResult
  }
  return {
    next,
    event: async (): Promise<ReviewEvent> => {
      const { data, errors } = await next()
      assert.equal(errors, undefined)
      return Object.values(data ?? {})[0] as ReviewEvent
    },
    end: async () => void (await results.return?.()),
  }
}

/** The number of an event that `reviewEvent` made. */
export const seqOf = ({ note }: ReviewEvent): number => Number(note?.split(' ')[1])
