/** The subgraphs, in the order in which they start. */
export const subgraphNames = ['auth', 'culture', 'social', 'feed'] as const
export type SubgraphName = (typeof subgraphNames)[number]

export type Topology = 'embedded' | 'distributed'

/** One process of the application. It is ready when `/readyz` on its port answers 200. */
export interface AppProcess {
  readonly name: string
  readonly entry: string
  readonly portVariable: string
  readonly defaultPort: number
  /** What only this process gets, from the secrets of all. */
  readonly settings?: (secrets: Readonly<Record<string, string | undefined>>) => Record<string, string | undefined>
}

const router: AppProcess = { name: 'router', entry: 'router/src/main.ts', portVariable: 'ROUTER_PORT', defaultPort: 4000 }

const subgraph = (name: SubgraphName, index: number): AppProcess => ({
  name,
  entry: `subgraphs/${name}/src/main.ts`,
  portVariable: `${name.toUpperCase()}_PORT`,
  defaultPort: 4001 + index,
  settings: (secrets) => ({ INTERNAL_HMAC_KEYS: secrets[`${name.toUpperCase()}_HMAC_KEY`] }),
})

/** What runs in each topology. They start together and stop in reverse order: the router first. */
export const processesOf: Record<Topology, readonly AppProcess[]> = {
  embedded: [{ ...router, name: 'vibely', entry: 'infra/embedded/main.ts' }],
  distributed: [...subgraphNames.map(subgraph), router],
}
