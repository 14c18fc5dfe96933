import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { eventually } from '@vibely/testkit/eventually'
import { type FormattedExecutionResult, print } from 'graphql'
import type { Client } from 'graphql-ws'

/** What a subscription has brought so far. */
export interface Received<Data> extends Disposable {
  readonly events: readonly FormattedExecutionResult<Data>[]
  /** Waits for the first event that fits. */
  first(fits: (data: Data) => boolean): Promise<Data>
}

/** Subscribes and collects what comes. A stream that fails throws at the next look. */
export function receive<Data, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Received<Data> {
  const events: FormattedExecutionResult<Data>[] = []
  let failure: unknown
  const end = client.subscribe<Data>(
    { query: print(document), variables },
    { next: (event) => events.push(event as FormattedExecutionResult<Data>), error: (error) => (failure = error), complete: () => {} },
  )
  return {
    events,
    first: (fits) =>
      eventually(() => {
        if (failure) throw failure instanceof Error ? failure : new Error(JSON.stringify(failure))
        const found = events.find(({ data }) => data && fits(data))?.data
        return found ?? false
      }),
    [Symbol.dispose]: end,
  }
}
