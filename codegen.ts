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
      config: { useTypeImports: true, enumsAsTypes: true, scalars: { ...scalars, DateTime: 'string' }, documentMode: 'graphQLTag' },
    },
  },
} satisfies CodegenConfig
