import type { Logger } from '@vibely/kit/logger'
import { executeSubgraph, type Subgraph } from '@vibely/kit/subgraph'
import { guarded } from './guarded.ts'
import type { Source } from './source.ts'

/** A subgraph in this process. Its owner disposes it. */
export function localSource(subgraph: Subgraph, logger: Logger): Source {
  return {
    name: subgraph.name,
    fetch: guarded(subgraph.name, logger, (request, caller) => executeSubgraph(subgraph, request, caller)),
    [Symbol.asyncDispose]: async () => {},
  }
}
