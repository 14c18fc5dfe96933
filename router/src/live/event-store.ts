import type { LiveEvent } from '@vibely/kit/live'
import type { SubgraphAnswer } from '../sources/source.ts'
import type { Completion } from './completion.ts'

/** A subgraph that is away: it is asked again, for who waits for what it keeps would have to ask it anyway. */
const PASSING: readonly unknown[] = ['SUBGRAPH_UNAVAILABLE', 'DEADLINE_EXCEEDED']
const NEVER = new AbortController().signal

interface StoredEvent {
  readonly seq: number
  readonly epoch: string
  readonly data: string
  readonly traceparent: string | null
}

/**
 * The events of a channel as the subgraph behind it keeps them: Redis holds the newest alone.
 * @param field the query field that reads them
 * @returns a reader of those behind a number, ascending; none when the subgraph does not give them. @throws while it is away
 */
export function storedEvents(completion: Completion, field: string, channel: string) {
  const { pipeline, operation, caller, logger } = completion
  const selected = '{ seq epoch data traceparent }'
  const query = `query ($channel: String!, $after: Int!, $first: Int!) { events: ${field}(channel: $channel, after: $after, first: $first) ${selected} }`
  return async (after: number, first: number): Promise<readonly LiveEvent[]> => {
    const source = pipeline.sourceNamed(operation.primary.serviceName)
    if (!source) return []
    const { data, errors }: SubgraphAnswer = await source.fetch({ query, variables: { channel, after, first } }, caller, NEVER)
    if (errors?.some(({ extensions }) => PASSING.includes(extensions?.code))) throw new Error('The store of events is away.')
    if (errors) logger.error({ channel, errors }, 'stored events were not given')
    const events = (data?.events ?? []) as readonly StoredEvent[]
    return events.map(({ traceparent, ...event }) => ({ channel, ...event, ...(traceparent !== null && { traceparent }) }))
  }
}
