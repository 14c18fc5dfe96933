import { SHOPS } from './data.ts'

export interface BenchQuery {
  readonly name: 'heavy' | 'page' | 'tiny'
  readonly query: string
  /** Variable sets of which no two share a subgraph call. */
  readonly variables: readonly Readonly<Record<string, unknown>>[]
}

const shops = Array.from({ length: SHOPS }, (_, shop) => shop)

/** Deep, wide and cyclic: about 90 KB, 16 subgraph calls as Apollo plans it. */
const heavy: BenchQuery = {
  name: 'heavy',
  query: `
    fragment UserParts on User { id username name }
    fragment ReviewParts on Review { id body }
    fragment ProductParts on Product { inStock name price shippingEstimate upc weight }
    query Heavy($shop: Int!) {
      users(shop: $shop) {
        ...UserParts
        reviews {
          ...ReviewParts
          product {
            ...ProductParts
            reviews {
              ...ReviewParts
              author { ...UserParts reviews { ...ReviewParts product { ...ProductParts } } }
            }
          }
        }
      }
      topProducts(shop: $shop, first: 9) {
        ...ProductParts
        reviews {
          ...ReviewParts
          author { ...UserParts reviews { ...ReviewParts product { ...ProductParts } } }
        }
      }
    }`,
  variables: shops.map((shop) => ({ shop })),
}

/** What a page asks for: all four subgraphs, about 1.3 KB. */
const page: BenchQuery = {
  name: 'page',
  query: `
    query Page($shop: Int!, $id: ID!) {
      user(id: $id) { id name username reviews { id body product { upc name } } }
      topProducts(shop: $shop, first: 1) {
        upc name price weight inStock shippingEstimate
        reviews { id body author { id username name } }
      }
    }`,
  variables: shops.map((shop) => ({ shop, id: `u${shop}-${shop % 6}` })),
}

/** One call, one object. */
const tiny: BenchQuery = {
  name: 'tiny',
  query: 'query Tiny($id: ID!) { user(id: $id) { id name username } }',
  variables: shops.map((shop) => ({ id: `u${shop}-${shop % 6}` })),
}

export const queries: readonly BenchQuery[] = [heavy, page, tiny]
