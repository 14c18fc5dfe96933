// Mercurius' gateway, which composes for itself: node mercurius.ts SUPERGRAPH PORT
import { readFileSync } from 'node:fs'
import process from 'node:process'
import mercurius from '@mercuriusjs/gateway'
import Fastify from 'fastify'

/** The subgraphs as federation 1 wrote them: it understands types that extend others, not types that are declared by several. */
const schemas: Readonly<Record<string, string>> = {
  accounts: `
    extend type Query { user(id: ID!): User  users(shop: Int! = 0): [User] }
    type User @key(fields: "id") { id: ID!  name: String  username: String  birthday: Int }`,
  inventory: `
    extend type Product @key(fields: "upc") {
      upc: String! @external
      weight: Int @external
      price: Int @external
      inStock: Boolean
      shippingEstimate: Int @requires(fields: "price weight")
    }`,
  products: `
    extend type Query { topProducts(shop: Int! = 0, first: Int! = 5): [Product] }
    type Product @key(fields: "upc") { upc: String!  name: String  price: Int  weight: Int }`,
  reviews: `
    type Review @key(fields: "id") { id: ID!  body: String  product: Product  author: User @provides(fields: "username") }
    extend type User @key(fields: "id") { id: ID! @external  username: String @external  reviews: [Review] }
    extend type Product @key(fields: "upc") { upc: String! @external  reviews: [Review] }`,
}

const [, , file = '', port] = process.argv
const joined = readFileSync(file, 'utf8').matchAll(/@join__graph\(name: "(\w+)", url: "([^"]+)"\)/g)
const services = [...joined].map(([, name = '', url = '']) => ({ name, url, schema: schemas[name] ?? '', mandatory: true }))
const app = Fastify()
await app.register(mercurius.default, { jit: 1, path: '/graphql', gateway: { services } })
await app.listen({ port: Number(port), host: '127.0.0.1' })
