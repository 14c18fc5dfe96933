import { entity, type Suite } from '../suite.ts'

const stools = { id: 'c2', name: 'Stools', subCategories: [] }
const categories = [{ id: 'c1', name: 'Chairs', subCategories: [stools] }, stools]

export const suite: Suite = {
  what: '@provides of nested fields: what is provided is taken from there, the rest from its owner',
  subgraphs: () => ({
    products: {
      sdl: `
        type Query { products: [Product!] @provides(fields: "categories { name subCategories { name } }") plain: [Product!] }
        type Product @key(fields: "id") { id: ID! categories: [Category!] @external }
        type Category @key(fields: "id") { id: ID! name: String @external subCategories: [Category!] @external }`,
      resolvers: {
        Query: {
          products: () => [
            { id: 'p1', categories: [{ id: 'c1', name: 'Chairs (provided)', subCategories: [{ id: 'c2', name: 'Stools (provided)' }] }] },
          ],
          plain: () => [{ id: 'p1' }],
        },
        Product: { __resolveReference: (ref: object) => ref },
      },
    },
    owner: {
      sdl: 'type Product @key(fields: "id") { id: ID! categories: [Category!] @shareable } type Category @key(fields: "id") { id: ID! name: String @shareable subCategories: [Category!] @shareable }',
      resolvers: {
        Product: { __resolveReference: (ref: object) => ({ ...ref, categories: [categories[0]] }) },
        Category: entity(categories),
      },
    },
  }),
  examples: [
    {
      query: '{ products { id categories { id name subCategories { id name } } } }',
      data: {
        products: [
          { id: 'p1', categories: [{ id: 'c1', name: 'Chairs (provided)', subCategories: [{ id: 'c2', name: 'Stools (provided)' }] }] },
        ],
      },
    },
    {
      query: '{ plain { categories { name subCategories { name subCategories { id } } } } }',
      data: { plain: [{ categories: [{ name: 'Chairs', subCategories: [{ name: 'Stools', subCategories: [] }] }] }] },
    },
    {
      query: '{ products { categories { subCategories { subCategories { id } name } } } }',
      data: { products: [{ categories: [{ subCategories: [{ subCategories: [], name: 'Stools (provided)' }] }] }] },
    },
  ],
}
