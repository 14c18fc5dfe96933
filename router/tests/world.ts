import { setTimeout } from 'node:timers/promises'
import { type FaultCode, fault } from '@vibely/kit/errors'
import type { LiveEvent } from '@vibely/kit/live'
import { createLogger } from '@vibely/kit/logger'
import { buildSchema, type Subgraph } from '@vibely/kit/subgraph'
import { type Caller, requireViewer } from '@vibely/kit/viewer'
import { parse } from 'graphql'
import { composeSupergraph } from '../src/supergraph/compose.ts'

/** How long a review takes whose id says that it is slow. */
const SLOW_MS = 300

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable", "@composeDirective", "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize", "@inaccessible"])
    extend schema @link(url: "https://specs.vibely.dev/sharing/v1.0", import: ["@sameForAll"]) @composeDirective(name: "@sameForAll")
    directive @sameForAll on FIELD_DEFINITION`

const SDL = {
  people: `${LINK}
    type Query {
      me: Person @authenticated
      person(id: ID!): Person
      people(ids: [ID!]!): [Person] @listSize(assumedSize: 100)
      named(id: ID!): Named
      hang: String
      broken: String
      vault: String @policy(policies: [["recent_authentication"]])
    }
    type Mutation { rename(name: String!): Person @requiresScopes(scopes: [["people:write"]]) }
    interface Named { name: String! }
    type Person implements Named @key(fields: "id") {
      id: ID! @sameForAll
      name: String! @sameForAll
      email: String @authenticated
      address(country: String): String @requiresScopes(scopes: [["people:read", "address:read"], ["admin"]])
    }
    type Robot implements Named { name: String! secret: Secret }
    type Secret @authenticated { code: String! }`,
  reviews: `${LINK}
    extend schema @link(url: "https://specs.vibely.dev/live/v1.0", import: ["@live"]) @composeDirective(name: "@live")
    directive @live(channel: String!, replay: Boolean! = false, store: String) on FIELD_DEFINITION
    type Query {
      storedReviews(channel: String!, after: Int!, first: Int!): [StoredEvent!] @inaccessible @listSize(slicingArguments: ["first"])
      reviews(first: Int = 2): [Review!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
      drafts: [Review!] @policy(policies: [["verified_email"]]) @listSize(assumedSize: 5)
    }
    type Subscription {
      reviewAdded(after: String): ReviewEvent! @requiresScopes(scopes: [["people:read"]]) @live(channel: "reviews:{viewer.id}", replay: true)
      roomReview(room: ID!, after: String): ReviewEvent! @live(channel: "room:{args.room}", replay: true, store: "storedReviews")
      mood(room: ID!): Mood! @live(channel: "mood:{args.room}", replay: false)
      moods(rooms: [ID!]!): Mood! @live(channel: "mood:{args.rooms}", replay: false)
    }
    type ReviewEvent { phase: StreamPhase! cursor: String! review: Review note: String }
    type StoredEvent @inaccessible { seq: Int! epoch: String! data: String! traceparent: String }
    type Mood { room: ID! text: String! }
    enum StreamPhase { REPLAY CAUGHT_UP LIVE RESYNC_REQUIRED }
    type Review @key(fields: "id") { id: ID! @sameForAll title(upper: Boolean = false): String! @sameForAll author: Person @sameForAll }
    type Person @key(fields: "id") { id: ID! @sameForAll reviewCount: Int }`,
}

type Name = keyof typeof SDL
type Context = { readonly caller: Caller }

/** Two small real subgraphs: people know names, reviews know what was written. */
export interface World {
  readonly subgraphs: readonly Subgraph[]
  readonly supergraphSdl: string
  /** Every request that they got. */
  readonly calls: { readonly subgraph: string; readonly caller: Caller }[]
  /** What reviews keeps of its rooms' events; a fault is what it answers with in their place. */
  readonly stored: { events: readonly LiveEvent[]; fault: FaultCode | null }
}

/** @param change what another version of the subgraphs says */
export const worldSupergraph = (change: (sdl: string) => string = (sdl) => sdl): string =>
  composeSupergraph(
    (['people', 'reviews'] as const).map((name) => ({ name, url: `http://${name}.invalid/graphql`, sdl: change(SDL[name]) })),
  ).supergraphSdl

export function openWorld(): World {
  const calls: World['calls'] = []
  const stored: World['stored'] = { events: [], fault: null }
  const logger = createLogger({ service: 'test', level: 'silent' })
  const names = new Map([
    ['p1', 'Ada'],
    ['p2', 'Bruno'],
  ])
  const person = (id: string) =>
    names.has(id) ? { __typename: 'Person', id, name: names.get(id), email: `${id}@example.org`, address: 'Road 1' } : null
  const review = (id: string) =>
    id.startsWith('gone')
      ? null
      : {
          __typename: 'Review',
          id,
          title: ({ upper }: { upper: boolean }) => (upper ? `TITLE ${id}` : `Title ${id}`),
          author: { __typename: 'Person', id: id === 'r2' ? 'p2' : 'p1' },
        }
  const resolvers: Record<Name, object> = {
    people: {
      Query: {
        me: (_: unknown, __: unknown, { caller }: Context) => person(requireViewer(caller.viewer).id),
        person: (_: unknown, { id }: { id: string }) => person(id),
        people: (_: unknown, { ids }: { ids: string[] }) => ids.map(person),
        named: (_: unknown, { id }: { id: string }) => person(id) ?? { __typename: 'Robot', name: 'Robby', secret: { code: '42' } },
        hang: () => new Promise(() => {}),
        broken: () => {
          throw new Error('no route to 10.0.0.1')
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
        storedReviews(_: unknown, { channel, after, first }: { channel: string; after: number; first: number }) {
          if (stored.fault) throw fault(stored.fault)
          return stored.events.filter((event) => event.channel === channel && event.seq > after).slice(0, first)
        },
      },
      Review: {
        async __resolveReference({ id }: { id: string }) {
          if (id.startsWith('slow')) await setTimeout(SLOW_MS)
          return review(id)
        },
      },
      Person: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Person', id }), reviewCount: () => 7 },
    },
  }
  const open = (name: Name): Subgraph => ({
    name,
    schema: buildSchema(parse(SDL[name]), resolvers[name]),
    logger,
    contextFor(caller) {
      calls.push({ subgraph: name, caller })
      return { caller }
    },
    ready: async () => {},
    ...(name === 'people' && {
      pages: {
        '/dev/mail': async (query) => ({ status: 200, type: 'text/plain; charset=utf-8', body: `mail to ${query.get('to')}` }),
        '/.well-known/hello': async () => ({ status: 200, type: 'text/plain; charset=utf-8', body: 'hello' }),
      },
    }),
    [Symbol.asyncDispose]: async () => {},
  })
  return { subgraphs: [open('people'), open('reviews')], supergraphSdl: worldSupergraph(), calls, stored }
}
