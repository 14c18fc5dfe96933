import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DateTime, URLScalar } from '@vibely/kit/scalars'
import { buildSchema } from '@vibely/kit/subgraph'
import { parse } from 'graphql'
import type { Resolvers } from './generated/graphql.ts'
import * as genres from './genres/resolvers.ts'
import * as members from './members/resolvers.ts'
import * as notifications from './notifications/resolvers.ts'
import * as presence from './presence/resolvers.ts'
import * as streams from './streams/resolvers.ts'
import * as timelines from './timelines/resolvers.ts'
import * as works from './works/resolvers.ts'

const typeDefs = readFileSync(fileURLToPath(import.meta.resolve('@vibely/schema/feed.graphql')), 'utf8')

// The router resolves the subscription fields: it knows the streams, and asks here only for the objects in their events.
const resolvers: Resolvers = {
  Query: { ...timelines.Query, ...notifications.Query, ...streams.Query },
  Mutation: { ...notifications.Mutation, ...presence.Mutation },
  User: { ...members.User, ...presence.User },
  Work: works.Work,
  Genre: genres.Genre,
  FeedItem: timelines.FeedItem,
  Notification: notifications.Notification,
  NotificationConnection: notifications.NotificationConnection,
  DateTime,
  URL: URLScalar,
}

export const schema = buildSchema(parse(typeDefs), resolvers)
