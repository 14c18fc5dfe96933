// The whole application in one process: the router asks the four subgraphs directly, no port of theirs is open.

import { openAuth } from '@vibely/auth/subgraph'
import { openCulture } from '@vibely/culture/subgraph'
import { openFeed } from '@vibely/feed/subgraph'
import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { runMain } from '@vibely/kit/main'
import { composedOrigin } from '@vibely/router/composed'
import { localKeys } from '@vibely/router/key-set'
import { localSource } from '@vibely/router/local-source'
import { openRouter } from '@vibely/router/router'
import { committedExplorerDocument, committedOrigin, committedPersistedDocuments, committedSupergraph } from '@vibely/router/supergraph'
import { openSocial } from '@vibely/social/subgraph'
import { applicationEnv } from './settings.ts'

const env = readEnv(applicationEnv)
const logger = createLogger({ service: 'router', level: env.LOG_LEVEL })

await runMain(logger, async (stack) => {
  const auth = stack.use(await openAuth(env))
  const subgraphs = [auth, stack.use(await openCulture(env)), stack.use(await openSocial(env)), stack.use(await openFeed(env))]
  const pages = auth.pages ?? {}
  const router = stack.use(
    await openRouter({
      env,
      supergraphSdl: await committedSupergraph(),
      // Who changes the SDL of a subgraph sees it at once: it is composed here.
      origin: env.NODE_ENV === 'production' ? committedOrigin() : composedOrigin(),
      explorerDocument: await committedExplorerDocument(),
      persistedDocuments: await committedPersistedDocuments(),
      sources: subgraphs.map((subgraph) => localSource(subgraph, logger)),
      loadKeys: localKeys(pages),
      pages,
      logger,
    }),
  )
  process.on('SIGHUP', () => void router.refresh())
  logger.info({ url: router.url }, 'everything is listening')
})
