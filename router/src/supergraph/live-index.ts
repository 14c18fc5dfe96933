import { type DocumentNode, Kind } from 'graphql'
import { argumentsOf } from './features.ts'
import { rootTypes } from './root-types.ts'

/** Where the events of a Subscription field come from. */
export interface LiveSource {
  /** Channel with `{viewer.id}` and `{args.x}` in it. */
  readonly channel: string
  /** True when the channel is a stream that a cursor resumes. */
  readonly replay: boolean
  /** Query field of the same subgraph that reads the channel from its store; null where there is none. */
  readonly store: string | null
}

export type LiveIndex = ReadonlyMap<string, LiveSource>

/** Reads `@live` of the policy supergraph: one entry a Subscription field that has it. */
export function liveIndex(supergraph: DocumentNode): LiveIndex {
  const index = new Map<string, LiveSource>()
  const subscription = rootTypes(supergraph).get('subscription')
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== subscription) continue
    for (const field of definition.fields ?? []) {
      const live = field.directives?.find(({ name }) => name.value === 'live')
      const { channel, replay, store } = live ? argumentsOf(live) : {}
      if (typeof channel !== 'string') continue
      index.set(field.name.value, { channel, replay: replay === true, store: typeof store === 'string' ? store : null })
    }
  }
  return index
}
