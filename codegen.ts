import type { CodegenConfig } from '@graphql-codegen/cli'

const subgraphs = ['auth', 'culture', 'social', 'feed'] as const

const scalars = {
  DateTime: { input: 'Date', output: 'Date' },
  URL: 'string',
  Markdown: 'string',
  Locale: 'string',
  PartialDate: 'string',
  Score: 'number',
  JSON: 'unknown',
  _FieldSet: 'string',
}

/** Rows of a store that resolvers get as parents as they are, by subgraph and type; others are parts of the SDL's type. */
const mappers: Partial<Record<(typeof subgraphs)[number], Record<string, string>>> = {
  culture: {
    Work: '../works/store.ts#Work as WorkRow',
    Book: '../works/store.ts#Work as WorkRow',
    Film: '../works/store.ts#Work as WorkRow',
    WorkConnection: '../works/store.ts#WorkPage',
    Credit: '../works/store.ts#CreditOfWork',
    CreditConnection: '../works/store.ts#CreditPage',
    Person: '../people/store.ts#Person as PersonRow',
    Genre: '../genres/store.ts#Genre as GenreRow',
    CatalogSearch: '../search/search.ts#Search',
    CatalogHitConnection: '../search/store.ts#MatchPage',
    CatalogHitEdge: '../search/store.ts#MatchEdge',
    LibraryEntry: '../library/store.ts#LibraryEntry as LibraryEntryRow',
    LibraryEntryConnection: '../library/store.ts#LibraryEntryPage',
    Review: '../reviews/store.ts#Review as ReviewRow',
    ReviewConnection: '../reviews/store.ts#ReviewPage',
    User: '../members/store.ts#MemberRef',
  },
  social: {
    FollowConnection: '../follows/connection.ts#FollowPageOf',
    Genre: '../genres/store.ts#GenreRef',
    User: '../members/store.ts#MemberRef',
  },
  feed: {
    FeedItem: '../timelines/store.ts#Item',
    Genre: '../genres/store.ts#GenreRef',
    Notification: '../notifications/store.ts#Notification as StoredNotification',
    NotificationConnection: '../notifications/store.ts#NotificationConnection as NotificationPage',
    User: '../members/store.ts#MemberRef',
    Work: '../works/store.ts#WorkRef',
  },
}

/** Resolver types of one subgraph, from its own SDL. */
const resolverTypes = (subgraph: (typeof subgraphs)[number]): CodegenConfig['generates'] => ({
  [`subgraphs/${subgraph}/src/generated/graphql.ts`]: {
    schema: `schema/${subgraph}.graphql`,
    plugins: ['typescript', 'typescript-resolvers'],
    config: {
      federation: true,
      contextType: '../context.ts#Context',
      useTypeImports: true,
      enumsAsTypes: true,
      immutableTypes: true,
      defaultMapper: 'Partial<{T}>',
      mappers: mappers[subgraph] ?? {},
      scalars,
      strictScalars: true,
    },
  },
})

export default {
  generates: {
    ...Object.assign({}, ...subgraphs.map(resolverTypes)),
    // The clients' documents: typed, and known by their hash to a router that serves only known operations.
    'schema/generated/operations/': {
      schema: 'schema/supergraph.graphql',
      documents: 'schema/operations/*.graphql',
      preset: 'client',
      presetConfig: { persistedDocuments: true, fragmentMasking: false },
      config: { useTypeImports: true, enumsAsTypes: true, importExtension: '.ts', scalars: { ...scalars, DateTime: 'string' } },
    },
  },
} satisfies CodegenConfig
