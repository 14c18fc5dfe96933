import { observedSource } from '../telemetry/observed-source.ts'
import { entityBatch } from './entity-batch.ts'
import { inFlight } from './in-flight.ts'
import type { Source } from './source.ts'

/** What stands between the executor and a subgraph. */
export interface SourceOptions {
  /** Join reads that are the same and under way. */
  readonly inFlight: boolean
  /** Send entity fetches of one turn together: a way over the network is saved. */
  readonly batch: boolean
  /** Answers entities that it knows, and asks the source for the rest. */
  readonly cache?: ((source: Source) => Source) | undefined
}

/**
 * The source as the executor asks it: cache, then reads in flight, then batches, then the way to the subgraph.
 * The order matters: what the cache knows is not fetched, what is under way is not batched again. Disposing disposes the given one.
 */
export function composeSource(transport: Source, { inFlight: join, batch, cache }: SourceOptions): Source {
  const observed = observedSource(transport)
  const batched = batch && !transport.isLocal ? entityBatch(observed) : observed
  const joined = join ? inFlight(batched) : batched
  return cache ? cache(joined) : joined
}
