import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DateTime, Markdown, URLScalar } from '@vibely/kit/scalars'
import { buildSchema } from '@vibely/kit/subgraph'
import { parse } from 'graphql'
import * as follows from './follows/resolvers.ts'
import type { Resolvers } from './generated/graphql.ts'
import * as genres from './genres/resolvers.ts'
import * as interests from './interests/resolvers.ts'
import * as members from './members/resolvers.ts'
import * as profiles from './profiles/resolvers.ts'

const typeDefs = readFileSync(fileURLToPath(import.meta.resolve('@vibely/schema/social.graphql')), 'utf8')

const resolvers: Resolvers = {
  Mutation: { ...profiles.Mutation, ...follows.Mutation, ...interests.Mutation },
  User: { ...members.User, ...profiles.User, ...follows.User, ...interests.User },
  FollowConnection: follows.FollowConnection,
  Genre: { ...genres.Genre, ...interests.Genre },
  DateTime,
  Markdown,
  URL: URLScalar,
}

export const schema = buildSchema(parse(typeDefs), resolvers)
