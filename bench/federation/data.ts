/** Shops that share nothing: a request about one has no subgraph call in common with a request about another. */
export const SHOPS = 200

interface User {
  readonly id: string
  readonly name: string
  readonly username: string
  readonly birthday: number
}

interface Product {
  readonly upc: string
  readonly name: string
  readonly price: number
  readonly weight: number
}

interface Review {
  readonly id: string
  readonly body: string
  readonly author: string
  readonly product: string
}

interface Shop {
  readonly users: readonly User[]
  readonly products: readonly Product[]
  readonly reviews: readonly Review[]
}

const NAMES = ['Ada Winter', 'Bruno Falk', 'Clara Sommer', 'Dario Lang', 'Edda Brandt', 'Felix Krug']
const WARES = ['Table', 'Bench', 'Carafe', 'Chair', 'Easel', 'Lamp', 'Kettle', 'Shelf', 'Mirror']
/** Who reviewed what: indexes of users and products. */
const REVIEWED = [
  [0, 0],
  [0, 1],
  [0, 2],
  [0, 3],
  [0, 4],
  [1, 0],
  [1, 1],
  [1, 2],
  [1, 3],
  [2, 0],
  [2, 1],
  [2, 4],
  [3, 0],
  [3, 1],
  [3, 4],
  [4, 5],
  [4, 6],
  [4, 0],
  [5, 7],
  [5, 8],
  [5, 1],
] as const

function shop(number: number): Shop {
  const users = NAMES.map((name, index) => ({
    id: `u${number}-${index}`,
    name,
    username: `${name.toLowerCase().replace(' ', '.')}.${number}`,
    birthday: 1980 + index,
  }))
  const products = WARES.map((ware, index) => ({
    upc: `p${number}-${index}`,
    name: `${ware} of shop ${number}`,
    price: ((index * 379 + number) % 1_500) + 5,
    weight: 100 + index * 50,
  }))
  const reviews = REVIEWED.map(([author, product], index) => ({
    id: `r${number}-${index}`,
    body: `What ${NAMES[author]} says of the ${WARES[product]}: it was worth its price.`,
    author: `u${number}-${author}`,
    product: `p${number}-${product}`,
  }))
  return { users, products, reviews }
}

const shops = Array.from({ length: SHOPS }, (_, number) => shop(number))
const users = new Map(shops.flatMap((one) => one.users).map((user) => [user.id, user]))
const products = new Map(shops.flatMap((one) => one.products).map((product) => [product.upc, product]))
const reviews = new Map(shops.flatMap((one) => one.reviews).map((review) => [review.id, review]))
const byAuthor = Map.groupBy(reviews.values(), ({ author }) => author)
const byProduct = Map.groupBy(reviews.values(), ({ product }) => product)

interface Upc {
  readonly upc: string
}

interface Weighed {
  readonly price?: number | null
  readonly weight?: number | null
}

const review = ({ id, body, author, product }: Review) => ({
  id,
  body,
  author: { id: author, username: users.get(author)?.username },
  product: { upc: product },
})

/** The resolvers of the four subgraphs, over one set of data. */
export const resolvers = {
  accounts: {
    Query: {
      user: (_: unknown, { id }: { id: string }) => users.get(id),
      users: (_: unknown, { shop }: { shop: number }) => shops[shop]?.users,
    },
    User: { __resolveReference: ({ id }: { id: string }) => users.get(id) },
  },
  inventory: {
    Product: {
      __resolveReference: (product: Upc & Weighed) => (products.has(product.upc) ? product : null),
      inStock: ({ upc }: Upc) => upc.charCodeAt(upc.length - 1) % 3 > 0,
      shippingEstimate: ({ price, weight }: Weighed) => ((price ?? 0) > 1_000 ? 0 : Math.floor((weight ?? 0) / 2)),
    },
  },
  products: {
    Query: {
      topProducts: (_: unknown, { shop, first }: { shop: number; first: number }) => shops[shop]?.products.slice(0, first),
    },
    Product: { __resolveReference: ({ upc }: Upc) => products.get(upc) },
  },
  reviews: {
    User: {
      __resolveReference: ({ id }: { id: string }) => users.get(id),
      reviews: ({ id }: { id: string }) => (byAuthor.get(id) ?? []).map(review),
    },
    Product: {
      __resolveReference: ({ upc }: Upc) => ({ upc }),
      reviews: ({ upc }: Upc) => (byProduct.get(upc) ?? []).map(review),
    },
    Review: {
      __resolveReference({ id }: { id: string }) {
        const found = reviews.get(id)
        return found && review(found)
      },
    },
  },
}
