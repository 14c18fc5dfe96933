import type { JoinedSubgraph } from '../supergraph/subgraphs.ts'
import type { Source } from './source.ts'

/** The sources of one supergraph, for as long as it is in use. Disposing gives them back. */
export interface SourceLease extends AsyncDisposable {
  readonly sources: readonly Source[]
}

/** Sources of the subgraphs that the supergraphs in use name. Supergraphs share what stayed the same. */
export interface SourcePool {
  lease(subgraphs: readonly JoinedSubgraph[]): SourceLease
}

/**
 * @param given sources that are there for good, of subgraphs with these names; their owner disposes them
 * @param openSource opens the source of another subgraph; it is disposed when no supergraph needs it any more
 */
export function sourcePool(given: readonly Source[], openSource: (subgraph: JoinedSubgraph) => Source): SourcePool {
  const known = new Map(given.map((source) => [source.name, source]))
  const opened = new Map<string, { readonly source: Source; users: number }>()
  const keyOf = ({ name, url }: JoinedSubgraph) => `${name} ${url}`

  function take(subgraph: JoinedSubgraph): Source {
    const source = known.get(subgraph.name)
    if (source) return source
    const key = keyOf(subgraph)
    const shared = opened.get(key) ?? { source: openSource(subgraph), users: 0 }
    shared.users += 1
    opened.set(key, shared)
    return shared.source
  }
  async function giveBack(subgraph: JoinedSubgraph): Promise<void> {
    const key = keyOf(subgraph)
    const shared = opened.get(key)
    if (!shared) return
    shared.users -= 1
    if (shared.users > 0) return
    opened.delete(key)
    await shared.source[Symbol.asyncDispose]()
  }

  return {
    lease: (subgraphs) => ({
      sources: subgraphs.map(take),
      [Symbol.asyncDispose]: async () => void (await Promise.all(subgraphs.filter(({ name }) => !known.has(name)).map(giveBack))),
    }),
  }
}
