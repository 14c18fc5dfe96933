import { buildSchema, type GraphQLSchema, isObjectType } from 'graphql'
import { resolvers } from './data.ts'

const sdl = `
  type Query { user(id: ID!): User  users(shop: Int! = 0): [User]  topProducts(shop: Int! = 0, first: Int! = 5): [Product] }
  type User { id: ID!  name: String  username: String  birthday: Int  reviews: [Review] }
  type Product { upc: String!  name: String  price: Int  weight: Int  inStock: Boolean  shippingEstimate: Int  reviews: [Review] }
  type Review { id: ID!  body: String  product: Product  author: User }`

type Resolve = (source: never, args: never) => unknown

const fields: Readonly<Record<string, Readonly<Record<string, Resolve>>>> = {
  Query: { ...resolvers.accounts.Query, ...resolvers.products.Query },
  User: { reviews: resolvers.reviews.User.reviews },
  Product: {
    inStock: resolvers.inventory.Product.inStock,
    shippingEstimate: resolvers.inventory.Product.shippingEstimate,
    reviews: resolvers.reviews.Product.reviews,
  },
  Review: {
    author: ({ author }: { author: { id: string } }) => resolvers.accounts.User.__resolveReference(author),
    product: ({ product }: { product: { upc: string } }) => resolvers.products.Product.__resolveReference(product),
  },
}

/** The same data and resolvers as one schema, without federation: what every gateway's answer must equal. */
export function oneSchema(): GraphQLSchema {
  const schema = buildSchema(sdl)
  for (const [typeName, own] of Object.entries(fields)) {
    const type = schema.getType(typeName)
    for (const [name, resolve] of Object.entries(own)) {
      const field = isObjectType(type) ? type.getFields()[name] : undefined
      if (field) field.resolve = resolve as never
    }
  }
  return schema
}
