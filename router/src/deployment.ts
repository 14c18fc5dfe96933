import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EnvError } from '@vibely/kit/env'
import { openRequestSigner } from '@vibely/kit/identity'
import type { Logger } from '@vibely/kit/logger'
import type { RemoteEnv, StandaloneEnv } from './env.ts'
import { type Pages, remotePages } from './http/pages.ts'
import { foreignTokens, type TokenRules } from './identity/access-token.ts'
import { type LoadKeys, remoteKeys } from './identity/key-set.ts'
import { readManifest } from './operations/manifest.ts'
import { type HeaderRules, NO_HEADER_RULES, readHeaderRules } from './sources/header-rules.ts'
import { httpSource } from './sources/http-source.ts'
import type { Source } from './sources/source.ts'
import { committedExplorerDocument, committedOrigin, committedPersistedDocuments, committedSupergraph } from './supergraph/committed.ts'
import { problemOf } from './supergraph/problem.ts'
import { readSupergraph } from './supergraph/read-supergraph.ts'
import type { JoinedSubgraph } from './supergraph/subgraphs.ts'
import type { SupergraphOrigin } from './supergraph/watch.ts'

/** What a router of its own process is opened with. */
export interface Deployment {
  readonly supergraphSdl: string
  readonly origin: SupergraphOrigin
  /** Those that are there whatever the supergraph says. */
  readonly sources: readonly Source[]
  /** Opens those that it names beside them. */
  readonly openSource?: (subgraph: JoinedSubgraph) => Source
  /** Null where subgraphs look at credentials themselves. */
  readonly loadKeys: LoadKeys | null
  readonly tokenRules?: TokenRules | undefined
  readonly pages: Pages
  /** They publish no events to our channels. */
  readonly hasForeignSubgraphs?: boolean
  /** What such subgraphs are told of a client. */
  readonly headerRules?: HeaderRules | undefined
  readonly explorerDocument?: string
  readonly persistedDocuments?: string | undefined
}

/** Our supergraph over subgraphs behind HTTP, each with its own key. */
export async function ownDeployment(env: RemoteEnv, logger: Logger): Promise<Deployment> {
  const subgraphs = [
    { name: 'auth', url: env.AUTH_URL, hmacKey: env.AUTH_HMAC_KEY },
    { name: 'culture', url: env.CULTURE_URL, hmacKey: env.CULTURE_HMAC_KEY },
    { name: 'social', url: env.SOCIAL_URL, hmacKey: env.SOCIAL_HMAC_KEY },
    { name: 'feed', url: env.FEED_URL, hmacKey: env.FEED_HMAC_KEY },
  ]
  const sources = subgraphs.map(async ({ name, url, hmacKey }) => {
    const signer = await openRequestSigner({ subgraph: name, hmacKey, privateKey: env.ROUTER_IDENTITY_PRIVATE_KEY })
    return httpSource({ name, url: new URL('/graphql', url).href, signer, logger })
  })
  return {
    supergraphSdl: await committedSupergraph(),
    origin: committedOrigin(),
    explorerDocument: await committedExplorerDocument(),
    persistedDocuments: await committedPersistedDocuments(),
    sources: await Promise.all(sources),
    loadKeys: remoteKeys(new URL('/.well-known/jwks.json', env.AUTH_URL).href),
    pages: remotePages(env.AUTH_URL, ['/.well-known/jwks.json', '/verify-email', '/dev/mail', '/dev/mail.json']),
  }
}

/**
 * Any supergraph file; the subgraphs' addresses are in it.
 * @throws SupergraphFileError when it cannot be served, EnvError when settings do not fit each other or a file of theirs cannot be used
 */
export async function foreignDeployment(file: string, settings: Partial<StandaloneEnv>, logger: Logger): Promise<Deployment> {
  const persistedDocuments = await manifestOf(settings)
  const tokenRules = tokenRulesOf(settings)
  const { sdl: supergraphSdl, subgraphs } = await readSupergraph(file)
  const { SUBGRAPH_HEADERS: headersFile } = settings
  const names = subgraphs.map(({ name }) => name)
  const headerRules = headersFile === undefined ? NO_HEADER_RULES : await readHeaderRules(headersFile, names)
  return {
    supergraphSdl,
    origin: { files: [resolve(file)], load: async () => (await readSupergraph(file)).sdl },
    sources: [],
    openSource: ({ name, url }) => httpSource({ name, url, headersFor: ({ headers }) => headerRules.headersFor(name, headers), logger }),
    loadKeys: keysOf(settings, headerRules),
    tokenRules,
    pages: {},
    hasForeignSubgraphs: true,
    headerRules,
    persistedDocuments,
  }
}

/** Without a key set no token is good; whether it is, only subgraphs can say that get it. */
function keysOf({ JWKS_URL: url }: Partial<StandaloneEnv>, { names }: HeaderRules): LoadKeys | null {
  if (url !== undefined) return remoteKeys(url)
  return names.includes('authorization') ? null : async () => ({ keys: [] })
}

function tokenRulesOf({ JWKS_URL: url, JWT_ISSUERS: issuers, JWT_AUDIENCES: audiences }: Partial<StandaloneEnv>): TokenRules | undefined {
  if (issuers === undefined && audiences === undefined) return undefined
  if (url === undefined) throw new EnvError('JWT_ISSUERS and JWT_AUDIENCES need JWKS_URL, the keys that tokens are verified with.')
  if (!issuers?.length) throw new EnvError('JWT_AUDIENCES needs JWT_ISSUERS: who issues the tokens.')
  return foreignTokens(issuers, audiences ?? [])
}

async function manifestOf({ PERSISTED_DOCUMENTS: file, SAFELIST: safelist }: Partial<StandaloneEnv>): Promise<string | undefined> {
  if (file === undefined) {
    if (safelist === undefined || safelist === 'off') return undefined
    throw new EnvError(`SAFELIST=${safelist} needs PERSISTED_DOCUMENTS, the file with the manifest.`)
  }
  try {
    const json = await readFile(file, 'utf8')
    readManifest(json)
    return json
  } catch (error) {
    throw new EnvError(`PERSISTED_DOCUMENTS: ${file} is no manifest of persisted documents: ${problemOf(error)}`, { cause: error })
  }
}
