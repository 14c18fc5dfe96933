import { createLogger } from '@vibely/kit/logger'
import { buildSchema, type Subgraph } from '@vibely/kit/subgraph'
import { type Caller, requireViewer } from '@vibely/kit/viewer'
import { parse } from 'graphql'
import { composeSupergraph } from '../supergraph/compose.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable", "@external", "@provides", "@composeDirective", "@authenticated", "@requiresScopes", "@policy"])`

/** Two small real subgraphs: people know names, reviews know what they wrote. */
export const SDL = {
  people: `${LINK}
    type Query { me: Person @authenticated  person(id: ID!): Person  slow(ms: Int!): String  broken: String  vault: String @policy(policies: [["recent_authentication"]]) }
    type Mutation { rename(name: String!): Person @requiresScopes(scopes: [["people:write"]]) }
    interface Named { name: String! }
    type Person implements Named @key(fields: "id") { id: ID! name: String! email: String @authenticated  address(country: String): String @requiresScopes(scopes: [["people:read"]]) }`,
  reviews: `${LINK}
    extend schema @link(url: "https://specs.vibely.dev/live/v1.0", import: ["@live"]) @composeDirective(name: "@live")
    directive @live(channel: String!, replay: Boolean! = false) on FIELD_DEFINITION
    type Query { reviews(first: Int = 2): [Review!]!  drafts: [Review!] @policy(policies: [["verified_email"]]) }
    type Subscription {
      reviewAdded(after: String): ReviewEvent! @requiresScopes(scopes: [["people:read"]]) @live(channel: "reviews:{viewer.id}", replay: true)
      roomReview(room: ID!, after: String): ReviewEvent! @live(channel: "room:{args.room}", replay: true)
    }
    type ReviewEvent { phase: StreamPhase! cursor: String! review: Review kind: String }
    enum StreamPhase { REPLAY CAUGHT_UP LIVE RESYNC_REQUIRED }
    type Review @key(fields: "id") { id: ID! title: String! author: Person }
    type Person @key(fields: "id") { id: ID! reviewCount: Int }`,
}

/** What a test sees of the two: every call they got. */
export interface World {
  readonly subgraphs: readonly Subgraph[]
  readonly supergraphSdl: string
  readonly calls: { readonly subgraph: string; readonly query: string; readonly caller: Caller }[]
}

type Context = { readonly caller: Caller }

export function openWorld(urls: { readonly people?: string; readonly reviews?: string } = {}): World {
  const calls: World['calls'] = []
  const logger = createLogger({ service: 'test', level: 'silent' })
  const names = new Map([
    ['p1', 'Ada'],
    ['p2', 'Bruno'],
  ])
  const person = (id: string) =>
    names.has(id) ? { __typename: 'Person', id, name: names.get(id), email: `${id}@example.org`, address: 'Road 1' } : null
  const review = (id: string) => ({
    __typename: 'Review',
    id,
    title: `Title ${id}`,
    author: { __typename: 'Person', id: id === 'r2' ? 'p2' : 'p1' },
  })
  const resolvers = {
    people: {
      Query: {
        me: (_: unknown, __: unknown, { caller }: Context) => person(requireViewer(caller.viewer).id),
        person: (_: unknown, { id }: { id: string }) => person(id),
        slow: (_: unknown, { ms }: { ms: number }) => new Promise((resolve) => setTimeout(resolve, ms, 'done')),
        broken: () => {
          throw new Error('secret at 10.0.0.1')
        },
        vault: () => 'open',
      },
      Mutation: {
        rename(_: unknown, { name }: { name: string }, { caller }: Context) {
          const { id } = requireViewer(caller.viewer)
          names.set(id, name)
          return person(id)
        },
      },
      Person: { __resolveReference: ({ id }: { id: string }) => person(id) },
    },
    reviews: {
      Query: {
        reviews: (_: unknown, { first }: { first: number }) => ['r1', 'r2', 'r3'].slice(0, first).map(review),
        drafts: () => [review('r3')],
      },
      Review: { __resolveReference: ({ id }: { id: string }) => review(id) },
      Person: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Person', id }), reviewCount: () => 7 },
    },
  }
  const subgraphs = (['people', 'reviews'] as const).map((name): Subgraph => {
    const schema = buildSchema(parse(SDL[name]), resolvers[name])
    return {
      name,
      schema,
      logger,
      contextFor: (caller) => ({ caller }),
      ready: async () => {},
      [Symbol.asyncDispose]: async () => {},
    }
  })
  const definitions = (['people', 'reviews'] as const).map((name) => ({
    name,
    url: urls[name] ?? `http://${name}.invalid/graphql`,
    sdl: SDL[name],
  }))
  return { subgraphs, supergraphSdl: composeSupergraph(definitions).supergraphSdl, calls }
}
