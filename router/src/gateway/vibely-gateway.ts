import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server'
import type { ExecutionResult } from 'graphql'
import type { Pipeline } from '../pipeline.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'

type GatewayInterface = ApolloServerOptionsWithGateway<BaseContext>['gateway']
type SchemaCallback = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]

/** What Apollo Server hands to a gateway's executor, as far as we read it. */
export interface GatewayRequest<Context> {
  readonly context: Context
}

/**
 * The gateway of Apollo Server. The supergraph is loaded once, into the schema state: `ApolloGateway` would keep a second
 * copy of it and of the planner, and use neither.
 * @param execute runs what Apollo Server has accepted
 */
export function vibelyGateway<Context>(
  pipeline: Pick<Pipeline, 'state' | 'onSchemaChange'>,
  execute: (request: GatewayRequest<Context>) => Promise<ExecutionResult>,
): GatewayInterface {
  const callbacks = new Set<SchemaCallback>()
  const tell = ({ apiSchema, executionSdl }: SchemaState) => {
    for (const callback of callbacks) callback({ apiSchema, coreSupergraphSdl: executionSdl })
  }
  pipeline.onSchemaChange(tell)
  return {
    async load() {
      tell(pipeline.state)
      return { executor: (request) => execute(request as GatewayRequest<Context>) }
    },
    onSchemaLoadOrUpdate(callback: SchemaCallback) {
      callbacks.add(callback)
      return () => callbacks.delete(callback)
    },
    stop: async () => {},
  }
}
