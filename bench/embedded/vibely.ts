// The router with the four subgraphs in its own process: node vibely.ts PORT
import process from 'node:process'
import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { runMain } from '@vibely/kit/main'
import { standaloneEnv, withPort } from '@vibely/router/env'
import { localSource } from '@vibely/router/local-source'
import { openRouter } from '@vibely/router/router'
import { subgraphs, supergraphSdl } from '../federation/subgraphs.ts'

const env = readEnv(standaloneEnv, withPort(process.argv[2]))
const logger = createLogger({ service: 'router', level: env.LOG_LEVEL })

await runMain(logger, async (stack) => {
  const sources = subgraphs.map(({ name, schema }) =>
    stack.use(localSource({ name, schema, logger, contextFor: () => ({}), async ready() {}, async [Symbol.asyncDispose]() {} }, logger)),
  )
  stack.use(await openRouter({ env, logger, supergraphSdl: supergraphSdl({}), sources, loadKeys: async () => ({ keys: [] }), pages: {} }))
})
