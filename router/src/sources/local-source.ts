import type { Logger } from '@vibely/kit/logger'
import { executeSubgraph, type Subgraph } from '@vibely/kit/subgraph'
import { guarded } from './guarded.ts'
import { requestVariables, type Source } from './source.ts'

/** A subgraph in this process. Its owner disposes it. */
export function localSource(subgraph: Subgraph, logger: Logger): Source {
  return {
    name: subgraph.name,
    isLocal: true,
    fetch: guarded(subgraph.name, logger, (request, caller) =>
      executeSubgraph(
        subgraph,
        { query: request.query, operationName: request.operationName, variables: requestVariables(request) },
        caller,
      ),
    ),
    [Symbol.asyncDispose]: async () => {},
  }
}
