import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DateTime, URLScalar } from '@vibely/kit/scalars'
import { buildSchema } from '@vibely/kit/subgraph'
import { parse } from 'graphql'
import * as accounts from './accounts/resolvers.ts'
import * as apiKeys from './api-keys/resolvers.ts'
import type { Resolvers } from './generated/graphql.ts'
import * as sessions from './sessions/resolvers.ts'

const typeDefs = readFileSync(fileURLToPath(import.meta.resolve('@vibely/schema/auth.graphql')), 'utf8')

const resolvers: Resolvers = {
  Query: { ...accounts.Query, ...sessions.Query, ...apiKeys.Query },
  Mutation: { ...accounts.Mutation, ...sessions.Mutation, ...apiKeys.Mutation },
  User: accounts.User,
  Viewer: { ...accounts.Viewer, ...apiKeys.Viewer },
  DateTime,
  URL: URLScalar,
}

export const schema = buildSchema(parse(typeDefs), resolvers)
