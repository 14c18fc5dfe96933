import { nodeSettings } from '@vibely/infra/node-settings'
import { type Contender, contenders as gateways } from '../gateways/contenders.ts'

const onPort = (_supergraph: string, port: number) => [String(port)]
const { env, flags: limits } = nodeSettings
const flags = [...limits, '--import', new URL('../../packages/kit/src/telemetry-setup.ts', import.meta.url).href]

/** One process each, with the resolvers in it; and two gateways over HTTP, to see what the network costs. */
export const contenders: readonly Contender[] = [
  { name: 'Apollo Server (one schema)', script: 'embedded/apollo-server.ts', args: onPort },
  { name: 'graphql-jit (one schema)', script: 'embedded/graphql-jit.ts', args: onPort },
  { name: 'vibely embedded', script: 'embedded/vibely.ts', args: onPort, flags, env },
  { name: 'vibely embedded (hive planner)', script: 'embedded/vibely.ts', args: onPort, flags, env: { ...env, QUERY_PLANNER: 'hive' } },
  ...gateways.filter(({ name }) => name === 'stock' || name === 'vibely').map((one) => ({ ...one, name: `${one.name} over HTTP` })),
]
