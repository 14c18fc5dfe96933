import type { EntityChanges } from '@vibely/kit/entity-changes'
import { type EntityVersions, openEntityVersions } from '@vibely/kit/entity-versions'
import { createLogger } from '@vibely/kit/logger'
import { buildSchema, type Subgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { GraphQLError, parse } from 'graphql'
import { Redis } from 'ioredis'
import { type EntityCache, openEntityCache } from '../src/cache/entity-cache.ts'
import { composeSource } from '../src/sources/compose-sources.ts'
import { localSource } from '../src/sources/local-source.ts'
import { type Source, SourceFailure, type SubgraphAnswer } from '../src/sources/source.ts'
import { composeSupergraph } from '../src/supergraph/compose.ts'
import { buildSchemaState, type SchemaState } from '../src/supergraph/schema-state.ts'

const logger = createLogger({ service: 'test', level: 'silent' })

const SDL = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@authenticated", "@composeDirective"])
    @link(url: "https://specs.vibely.dev/sharing/v1.0", import: ["@sameForAll"])
    @composeDirective(name: "@sameForAll")
  directive @sameForAll on FIELD_DEFINITION
  type Query { hello: String }
  type Book @key(fields: "id") {
    id: ID! @sameForAll
    title(upper: Boolean = false): String! @sameForAll
    author: Author @sameForAll
    broken: String @sameForAll
    whoAsks: String @sameForAll
    price: Int @sameForAll @authenticated
    mine: String
  }
  type Author @key(fields: "id") { id: ID! @sameForAll name: String! @sameForAll }
  type Note @key(fields: "id") { id: ID! text: String! @sameForAll }`

let state: SchemaState | undefined

const libraryState = (): SchemaState => {
  state ??= buildSchemaState(composeSupergraph([{ name: 'library', url: 'http://library.invalid', sdl: SDL }]).supergraphSdl)
  return state
}

// An event of this world is the name of what it changed.
const changes: EntityChanges = {
  eventTypes: new Set(['Changed']),
  entityTypes: new Set(['Book', 'Author']),
  of: (events) =>
    events.map(({ payload }) => {
      const [type = '', id = ''] = new TextDecoder().decode(payload).split(' ')
      return { type, id }
    }),
}

/** A small real subgraph with books and authors, and routers that keep what it says. */
export interface Library extends AsyncDisposable {
  readonly namespace: string
  readonly redis: Redis
  readonly titles: Map<string, string>
  readonly authors: Map<string, string>
  /** The ids of every book that the subgraph was asked for, fetch by fetch. */
  readonly asked: string[][]
  /** Runs before a book is read, and after it was. */
  pause: { before: () => Promise<void>; after: () => Promise<void> }
  /** Ends the subgraph for every router: from now on it gives no answer. */
  stop(): void
  /** Sets new versions, as whoever committed a change does. */
  changed(...entities: readonly string[]): Promise<void>
  /** One more router: a cache of its own. */
  router(redisUrl?: string): Router
}

export interface Router {
  readonly cache: EntityCache
  readonly source: Source
  /** Fetches entities as a plan does. */
  fetch(selection: string, ids: readonly string[], options?: FetchOptions): Promise<SubgraphAnswer>
}

interface FetchOptions {
  readonly caller?: Caller
  readonly operationName?: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly declared?: string
}

export async function openLibrary(): Promise<Library> {
  await using stack = new AsyncDisposableStack()
  const namespace = freshNamespace()
  const { REDIS_URL } = servers()
  const redis = stack.adopt(new Redis(REDIS_URL), async (connection) => {
    const keys = await connection.keys(`${namespace}*`)
    if (keys.length > 0) await connection.del(keys)
    connection.disconnect()
  })
  const versions: EntityVersions = stack.use(openEntityVersions({ redisUrl: REDIS_URL, namespace, subgraph: 'library', changes, logger }))
  const library: Omit<Library, 'changed' | 'router' | 'stop' | symbol> = {
    namespace,
    redis,
    titles: new Map([1, 2, 3, 4].map((n) => [`b${n}`, `Title ${n}`])),
    authors: new Map([['a1', 'Ada']]),
    asked: [],
    pause: { before: async () => {}, after: async () => {} },
  } as never
  const open = library as Library
  const subgraph: Subgraph = {
    name: 'library',
    logger,
    schema: buildSchema(parse(SDL), resolvers(open)),
    contextFor: (caller) => {
      const ids: string[] = []
      open.asked.push(ids)
      return { caller, ids }
    },
    ready: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  const owned = stack.move()
  let stopped = false
  const transport = localSource(subgraph, logger)
  const reachable: Source = {
    ...transport,
    fetch: (...call) => (stopped ? Promise.reject(new SourceFailure('SUBGRAPH_UNAVAILABLE')) : transport.fetch(...call)),
  }
  return Object.assign(open, {
    stop() {
      stopped = true
    },
    changed: (...entities: readonly string[]) =>
      versions.changedBy(entities.map((name) => ({ type: 'Changed', payload: new TextEncoder().encode(name) }))),
    router(redisUrl = REDIS_URL): Router {
      const cache = owned.use(openEntityCache({ redisUrl, namespace, logger }))
      const over = (source: Source) => cache.over(source, libraryState())
      const source = composeSource(reachable, { inFlight: true, batch: true, cache: over })
      return {
        cache,
        source,
        async fetch(selection, ids, { caller = ANONYMOUS, operationName = 'Op', variables = {}, declared = '' } = {}) {
          const answer = await source.fetch(
            {
              query: `query ${operationName}($representations: [_Any!]!${declared}) { _entities(representations: $representations) { ${selection} } }`,
              operationName,
              variables,
              representations: ids.map((id) => JSON.stringify({ __typename: typeOf(id), id })),
            },
            caller,
            new AbortController().signal,
          )
          // As it would come over HTTP: without the null prototypes of graphql-js.
          return JSON.parse(JSON.stringify(answer)) as SubgraphAnswer
        },
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}

const typeOf = (id: string) => (id.startsWith('n') ? 'Note' : id.startsWith('a') ? 'Author' : 'Book')

interface Context {
  readonly caller: Caller
  readonly ids: string[]
}

function resolvers(library: Library) {
  const viewerOf = ({ caller }: Context) => caller.viewer?.id ?? 'nobody'
  return {
    Query: { hello: () => 'hello' },
    Book: {
      async __resolveReference({ id }: { id: string }, { ids }: Context) {
        ids.push(id)
        await library.pause.before()
        const title = library.titles.get(id)
        await library.pause.after()
        return title === undefined ? null : { id, title, author: { id: 'a1' } }
      },
      title: ({ title }: { title: string }, { upper }: { upper: boolean }) => (upper ? title.toUpperCase() : title),
      broken: ({ id }: { id: string }) => {
        if (id === 'b2') throw new GraphQLError('no')
        return 'fine'
      },
      whoAsks: (_: unknown, __: unknown, context: Context) => viewerOf(context),
      price: () => 3,
      mine: (_: unknown, __: unknown, context: Context) => `of ${viewerOf(context)}`,
    },
    Author: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      name: ({ id }: { id: string }) => library.authors.get(id),
    },
    Note: { __resolveReference: ({ id }: { id: string }) => ({ id }), text: () => 'text' },
  }
}
