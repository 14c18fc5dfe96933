import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@vibely/kit/logger'
import { openEntityCache } from './cache/entity-cache.ts'
import type { RouterEnv } from './env.ts'
import { adminCheck } from './http/admin.ts'
import { openGraphql } from './http/graphql.ts'
import { cors, originCheck } from './http/origins.ts'
import type { Pages } from './http/pages.ts'
import { httpServer } from './http/server.ts'
import { trackUnused } from './http/unused-connections.ts'
import { openAccessTokens, ownTokens, type TokenRules } from './identity/access-token.ts'
import { openApiKeys } from './identity/api-key.ts'
import { holdersFrom } from './identity/api-key-holder.ts'
import { openAuthenticator, unverified } from './identity/authenticator.ts'
import { clientAddress } from './identity/client-address.ts'
import { clientHeaders } from './identity/client-headers.ts'
import { followEnded } from './identity/ended-credentials.ts'
import { openKeyAttempts } from './identity/key-attempts.ts'
import { keySet, type LoadKeys } from './identity/key-set.ts'
import { openCredentials } from './live/reauthorize.ts'
import { openRedisFeeds } from './live/redis.ts'
import { streamCursors } from './live/stream-cursor.ts'
import { openLive } from './live/subscribe.ts'
import { openUpstreams } from './live/upstream.ts'
import { fallingBack } from './operations/budget.ts'
import { withCredit } from './operations/budget-credit.ts'
import { memoryBuckets } from './operations/budget-memory.ts'
import { redisBuckets } from './operations/budget-redis.ts'
import { memoryStore, redisStore } from './operations/document-store.ts'
import { limitsOf } from './operations/limit-settings.ts'
import { readManifest } from './operations/manifest.ts'
import { openPersistedOperations } from './operations/persisted.ts'
import { openPipeline } from './pipeline.ts'
import { forEveryone, warmUp } from './planning/warm-up.ts'
import { type Generation, reloadablePipeline } from './reloadable-pipeline.ts'
import { composeSource } from './sources/compose-sources.ts'
import { type HeaderRules, NO_HEADER_RULES } from './sources/header-rules.ts'
import type { Source } from './sources/source.ts'
import { sourcePool } from './sources/source-pool.ts'
import { buildSchemaState } from './supergraph/schema-state.ts'
import type { JoinedSubgraph } from './supergraph/subgraphs.ts'
import { type SupergraphOrigin, watchSupergraph } from './supergraph/watch.ts'
import { openAdmission } from './transports/admission.ts'
import { openHttpStreams } from './transports/http-streams.ts'
import { openOperations } from './transports/operations.ts'
import { addSockets } from './transports/ws.ts'

export interface RouterOptions {
  readonly env: RouterEnv
  /** The policy supergraph. */
  readonly supergraphSdl: string
  /** Where it comes from: it is loaded again when that changes. */
  readonly origin?: SupergraphOrigin | undefined
  /** Sources of subgraphs that the supergraph may name. Their owner disposes them, after the router. */
  readonly sources: readonly Source[]
  /** Opens those of other subgraphs; the router disposes them. */
  readonly openSource?: ((subgraph: JoinedSubgraph) => Source) | undefined
  /** Reads the key set that access tokens are verified with; null where subgraphs look at credentials themselves. */
  readonly loadKeys: LoadKeys | null
  /** What tokens must be; ours if absent. */
  readonly tokenRules?: TokenRules | undefined
  /** Public pages of subgraphs. */
  readonly pages: Pages
  /** Operations that the explorer opens with. */
  readonly explorerDocument?: string | undefined
  /** Manifest of the clients' persisted documents, as JSON. */
  readonly persistedDocuments?: string | undefined
  /** What the subgraphs publish no `@live` events for is subscribed to over their own sockets. */
  readonly hasForeignSubgraphs?: boolean
  /** What such subgraphs are told of a client. */
  readonly headerRules?: HeaderRules | undefined
  /** Every request goes through Apollo Server, for comparison. */
  readonly longWayOnly?: boolean
  readonly logger: Logger
}

/** A router that listens. Disposing drains it. */
export interface Router extends AsyncDisposable {
  readonly url: string
  /**
   * Puts another supergraph in the place of the present one, without a pause: what is under way ends as it began.
   * @throws what is wrong with it; the present one stays
   */
  reload(policySdl: string): Promise<void>
  /** Loads the supergraph from its origin again. What is wrong with it is in the log. */
  refresh(): Promise<void>
}

/** Opens the router: loads the supergraph, follows Redis, then listens. */
export async function openRouter({
  env,
  supergraphSdl,
  origin,
  sources: transports,
  openSource = unknownSubgraph,
  loadKeys,
  tokenRules,
  pages,
  explorerDocument = '{\n  __typename\n}\n',
  persistedDocuments,
  hasForeignSubgraphs = false,
  headerRules = NO_HEADER_RULES,
  longWayOnly = false,
  logger,
}: RouterOptions): Promise<Router> {
  await using stack = new AsyncDisposableStack()
  const production = env.NODE_ENV === 'production'
  const { ROUTER_SHARE_FETCHES: shareFetches, ROUTER_SHARE_OPERATIONS: shareOperations } = env
  const { REDIS_URL: url, CURSOR_SECRET: secret, VIBELY_NAMESPACE: namespace } = env
  const entities = env.ROUTER_ENTITY_CACHE && url !== undefined ? stack.use(openEntityCache({ redisUrl: url, namespace, logger })) : null
  const ownBuckets = memoryBuckets()
  const sharedBuckets = url === undefined ? null : stack.use(withCredit(stack.use(redisBuckets({ url, namespace, logger }))))
  const buckets = sharedBuckets ? fallingBack(sharedBuckets, ownBuckets, logger) : ownBuckets
  const options = {
    introspection: !production,
    overrideLabels: env.OVERRIDE_LABELS,
    shareOperations,
    buckets,
    limits: limitsOf(env),
    logger,
  }
  const pool = sourcePool(transports, openSource)
  const openGeneration = (policySdl: string): Generation => {
    const state = buildSchemaState(policySdl, { engine: env.QUERY_PLANNER })
    const lease = pool.lease(state.subgraphs)
    const cache = entities ? (source: Source) => entities.over(source, state) : undefined
    const sources = lease.sources.map((transport) => composeSource(transport, { inFlight: shareFetches, batch: shareFetches, cache }))
    return {
      pipeline: openPipeline(state, sources, options),
      [Symbol.asyncDispose]: async () => void (await Promise.all([lease[Symbol.asyncDispose](), state[Symbol.asyncDispose]()])),
    }
  }
  const pipeline = stack.use(reloadablePipeline(supergraphSdl, openGeneration, logger))
  const credentials = stack.use(openCredentials())
  const onRevoked = (credentialId: string) => credentials.revoke(credentialId)
  const redis = url === undefined ? null : stack.use(await openRedisFeeds({ url, namespace, onRevoked, logger }))
  const auth = transports.find(({ name }) => name === 'auth')
  const ended = auth ? stack.use(followEnded({ auth, onEnded: onRevoked, logger })) : null
  const authenticator = loadKeys
    ? openAuthenticator({
        accessTokens: openAccessTokens({ keys: keySet(loadKeys), rules: tokenRules ?? ownTokens(env.PUBLIC_URL ?? 'vibely') }),
        // A supergraph of somebody else has no keys of ours.
        apiKeys: auth ? openApiKeys({ holderOf: holdersFrom(auth), attempts: openKeyAttempts(buckets) }) : null,
        isRevoked: (credentialId) => (redis?.revocations.isRevoked(credentialId) ?? false) || (ended?.has(credentialId) ?? false),
      })
    : unverified

  const grants = cors(env.CORS_ORIGINS)
  const isAdmin = adminCheck(env.ADMIN_SECRET)
  const manifest = persistedDocuments === undefined ? null : readManifest(persistedDocuments)
  if (manifest) await warmUp(pipeline.operations, forEveryone(manifest.texts))
  const persisted = openPersistedOperations({
    store: url === undefined ? memoryStore() : stack.use(redisStore({ url, namespace, logger })),
    safelist: env.SAFELIST,
    manifest,
    logger,
  })
  const channels = redis && secret !== undefined ? { reader: redis.reader, cursors: streamCursors(secret) } : null
  const upstreams = hasForeignSubgraphs ? stack.use(openUpstreams(logger)) : null
  const live = openLive({ pipeline, channels, upstreams, headersFor: headerRules.headersFor, logger })
  const addressOf = clientAddress(env.TRUSTED_PROXIES ?? [])
  const headersOf = clientHeaders(headerRules.names)
  const connections = {
    addressOf,
    headersOf,
    operations: openOperations({ pipeline, persisted, live, logger }),
    admission: openAdmission({ perUser: env.SOCKETS_PER_USER, perAddress: env.SOCKETS_PER_ADDRESS, perSecond: env.SOCKETS_PER_SECOND }),
    isAllowed: originCheck(env.CORS_ORIGINS),
    authenticator,
    credentials,
    logger,
  }
  const streams = openHttpStreams(connections)
  const names = manifest?.names ?? new Set<string>()
  const door = { persisted, authenticator, isAdmin, addressOf, headersOf }
  const graphql = stack.use(openGraphql({ pipeline, ...door, streams, cors: grants, names, longWayOnly, logger }))
  const { app, drain } = httpServer({ graphql, cors: grants, pages, explorerDocument, production, logger })
  const closeUnused = trackUnused(app.server)
  stack.defer(() => {
    closeUnused()
    return app.close()
  })
  stack.use(streams)
  stack.use(addSockets(app.server, connections))
  const address = await app.listen({ port: env.ROUTER_PORT, host: env.ROUTER_HOST })

  const watch = origin && stack.adopt(watchSupergraph(origin, pipeline.reload, logger), (watching) => watching[Symbol.dispose]())

  const open = stack.move()
  return {
    url: address,
    reload: pipeline.reload,
    refresh: async () => watch?.refresh(),
    async [Symbol.asyncDispose]() {
      drain()
      await delay(env.DRAIN_DELAY_MS)
      await open.disposeAsync()
    },
  }
}

function unknownSubgraph({ name }: JoinedSubgraph): never {
  throw new Error(`The supergraph names a subgraph that is not known here: ${name}.`)
}
