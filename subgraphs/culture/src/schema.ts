import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema } from '@vibely/kit/subgraph'
import { parse } from 'graphql'
import type { Resolvers } from './generated/graphql.ts'
import * as genres from './genres/resolvers.ts'
import * as library from './library/resolvers.ts'
import * as members from './members/resolvers.ts'
import * as nodes from './nodes/resolvers.ts'
import * as people from './people/resolvers.ts'
import * as reviews from './reviews/resolvers.ts'
import { scalars } from './scalars.ts'
import * as search from './search/resolvers.ts'
import * as works from './works/resolvers.ts'

const typeDefs = readFileSync(fileURLToPath(import.meta.resolve('@vibely/schema/culture.graphql')), 'utf8')

const resolvers: Resolvers = {
  Query: { ...nodes.Query, ...works.Query, ...people.Query, ...genres.Query, ...search.Query, ...reviews.Query },
  Mutation: { ...library.Mutation, ...reviews.Mutation },
  Node: nodes.Node,
  Work: works.Work,
  Book: works.Book,
  Film: works.Film,
  WorkConnection: works.WorkConnection,
  Person: people.Person,
  Credit: people.Credit,
  CreditConnection: people.CreditConnection,
  Genre: genres.Genre,
  CatalogSearch: search.CatalogSearch,
  CatalogHit: search.CatalogHit,
  CatalogHitConnection: search.CatalogHitConnection,
  CatalogHitEdge: search.CatalogHitEdge,
  LibraryEntry: library.LibraryEntry,
  LibraryEntryConnection: library.LibraryEntryConnection,
  Review: reviews.Review,
  ReviewConnection: reviews.ReviewConnection,
  User: { ...members.User, ...library.User, ...reviews.User },
  ...scalars,
}

export const schema = buildSchema(parse(typeDefs), resolvers)
