import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EnvError } from '@vibely/kit/env'
import { openRequestSigner } from '@vibely/kit/identity'
import type { Logger } from '@vibely/kit/logger'
import type { RemoteEnv, StandaloneEnv } from './env.ts'
import { type Pages, remotePages } from './http/pages.ts'
import { type LoadKeys, remoteKeys } from './identity/key-set.ts'
import { readManifest } from './operations/manifest.ts'
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
  readonly loadKeys: LoadKeys
  readonly pages: Pages
  /** They publish no events to our channels. */
  readonly hasForeignSubgraphs?: boolean
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
 * @throws SupergraphFileError when it cannot be served, EnvError when the manifest of persisted documents cannot be used
 */
export async function foreignDeployment(file: string, settings: Partial<StandaloneEnv>, logger: Logger): Promise<Deployment> {
  const { JWKS_URL: jwksUrl } = settings
  const persistedDocuments = await manifestOf(settings)
  const load = async () => (await readSupergraph(file)).sdl
  return {
    supergraphSdl: await load(),
    origin: { files: [resolve(file)], load },
    sources: [],
    openSource: ({ name, url }) => httpSource({ name, url, logger }),
    // Without a key set no token is good.
    loadKeys: jwksUrl === undefined ? async () => ({ keys: [] }) : remoteKeys(jwksUrl),
    pages: {},
    hasForeignSubgraphs: true,
    persistedDocuments,
  }
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
