import { ApolloGateway } from '@apollo/gateway'
import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server'
import type { ExecutionResult } from 'graphql'
import type { SchemaState } from '../supergraph/schema-state.ts'

type GatewayInterface = ApolloServerOptionsWithGateway<BaseContext>['gateway']
type LoadOptions = Parameters<GatewayInterface['load']>[0]
type SchemaCallback = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]

/** What Apollo Server hands to a gateway's executor, as far as we read it. */
export interface GatewayRequest<Context> {
  readonly request: { readonly variables?: Readonly<Record<string, unknown>> }
  readonly context: Context
}

/**
 * `ApolloGateway` loads the supergraph and gives its API schema; planning and execution are ours.
 * @param execute runs what Apollo Server has accepted
 */
export function vibelyGateway<Context>(
  state: SchemaState,
  execute: (request: GatewayRequest<Context>) => Promise<ExecutionResult>,
): GatewayInterface {
  // biome-ignore lint/style/noProcessEnv: the gateway reads this switch at construction and takes no option for it.
  process.env.APOLLO_TELEMETRY_DISABLED ??= '1'
  const gateway = new ApolloGateway({
    supergraphSdl: state.executionSdl,
    // Its own executor never runs, so its data sources are never asked.
    buildService: ({ name }) => ({ process: () => Promise.reject(new Error(`the stock data source of ${name} was called`)) }),
    logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  })
  return {
    async load(options: LoadOptions) {
      await gateway.load(options)
      return { executor: (request) => execute(request as GatewayRequest<Context>) }
    },
    onSchemaLoadOrUpdate: (callback: SchemaCallback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
  }
}
