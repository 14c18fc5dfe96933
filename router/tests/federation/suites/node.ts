import { entity, type Suite } from '../suite.ts'

const nodes = [
  { __typename: 'Product', id: 'p1', name: 'Chair', createdAt: 'monday' },
  { __typename: 'Category', id: 'c1', name: 'Furniture', createdAt: 'friday' },
]
const find = (id: string) => nodes.find((node) => node.id === id)

export const suite: Suite = {
  what: 'an interface of all entities, which several subgraphs answer',
  subgraphs: () => ({
    names: {
      sdl: `
        type Query { productNode: Node node(id: ID!): Node @shareable }
        interface Node { id: ID! }
        type Product implements Node @key(fields: "id") { id: ID! name: String }
        type Category implements Node @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Query: { productNode: () => nodes[0], node: (_: unknown, { id }: { id: string }) => find(id) },
        Product: entity(nodes),
        Category: entity(nodes),
      },
    },
    dates: {
      sdl: `
        type Query { categoryNode: Node node(id: ID!): Node @shareable }
        interface Node { id: ID! }
        type Product implements Node @key(fields: "id") { id: ID! createdAt: String }
        type Category implements Node @key(fields: "id") { id: ID! createdAt: String }`,
      resolvers: {
        Query: { categoryNode: () => nodes[1], node: (_: unknown, { id }: { id: string }) => find(id) },
        Product: entity(nodes),
        Category: entity(nodes),
      },
    },
  }),
  examples: [
    {
      query: '{ productNode { id ... on Product { name createdAt } } categoryNode { id __typename ... on Category { name createdAt } } }',
      data: {
        productNode: { id: 'p1', name: 'Chair', createdAt: 'monday' },
        categoryNode: { id: 'c1', __typename: 'Category', name: 'Furniture', createdAt: 'friday' },
      },
    },
    {
      query:
        'query($id: ID!) { node(id: $id) { ... on Product { name } ... on Category { createdAt } } again: node(id: $id) { __typename } gone: node(id: "x") { id } }',
      variables: { id: 'c1' },
      data: { node: { createdAt: 'friday' }, again: { __typename: 'Category' }, gone: null },
    },
    {
      query: '{ node(id: "p1") { ... on Product { name createdAt } ... on Category { name } } }',
      data: { node: { name: 'Chair', createdAt: 'monday' } },
    },
    ...['... on Product { name @skip(if: $a) }', '...N', '... { ... on Product @skip(if: $a) { createdAt } ...N }'].map((inner) => ({
      query: `query($a: Boolean!, $b: Boolean!) { productNode @skip(if: $b) { ${inner} } }${inner.includes('...N') ? ' fragment N on Node { ... on Product { name @skip(if: $a) } }' : ''}`,
      variables: { a: true, b: false },
      data: { productNode: {} },
    })),
  ],
}
