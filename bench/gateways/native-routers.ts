import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { Contender } from './contenders.ts'

/** Routers in Rust, which take long to build: each is there where its variable says which program it is. docs/performance.md says how to get them. */
export function nativeRouters(): readonly Contender[] {
  const { HIVE_ROUTER, APOLLO_ROUTER } = process.env
  return [...(HIVE_ROUTER ? [hiveRouter(HIVE_ROUTER)] : []), ...(APOLLO_ROUTER ? [apolloRouter(APOLLO_ROUTER)] : [])]
}

/** It reads its settings from the environment. */
const hiveRouter = (program: string): Contender => ({
  name: 'hive router',
  script: '/usr/bin/env',
  args: (supergraph, port) => [`SUPERGRAPH_FILE_PATH=${supergraph}`, 'HOST=127.0.0.1', `PORT=${port}`, program],
})

const apolloRouter = (program: string): Contender => ({
  name: 'apollo router',
  script: program,
  args(supergraph, port) {
    const config = join(dirname(supergraph), 'apollo-router.yaml')
    // What it serves beside GraphQL has ports of its own.
    writeFileSync(config, 'supergraph: { path: /graphql }\nhealth_check: { enabled: false }\nhomepage: { enabled: false }\n')
    return ['--supergraph', supergraph, '--config', config, '--listen', `127.0.0.1:${port}`, '--log', 'warn']
  },
})
