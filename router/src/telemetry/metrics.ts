import { metrics } from '@opentelemetry/api'

// Without a provider (`telemetry-setup.ts` of the kit) recording costs nothing. What only one module measures stands there.
const meter = metrics.getMeter('vibely')

const SECONDS = { advice: { explicitBucketBoundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] } }

/** Each request on `/graphql`, by method and status. */
export const requestSeconds = meter.createHistogram('http_server_request_duration_seconds', SECONDS)

/** The same by operation. Only names of the manifest: any other is `other`. */
export const operationSeconds = meter.createHistogram('graphql_operation_duration_seconds', SECONDS)

/** Errors in answers, by code. */
export const errorsTotal = meter.createCounter('graphql_errors_total')

/** Requests that were refused as a whole, by code. */
export const rejectedTotal = meter.createCounter('graphql_rejected_total')

/** Cost of the operations that ran: `requested` before, `actual` after. */
export const operationCost = meter.createHistogram('graphql_operation_cost', {
  advice: { explicitBucketBoundaries: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] },
})

/** Plans that were made, with the time it took. */
export const planSeconds = meter.createHistogram('query_plan_duration_seconds', SECONDS)
export const planHits = meter.createCounter('query_plan_cache_hits_total')
export const planMisses = meter.createCounter('query_plan_cache_misses_total')

/** Requests to subgraphs, by subgraph and outcome: `ok`, `left`, or the code of the failure. */
export const subgraphSeconds = meter.createHistogram('subgraph_request_duration_seconds', SECONDS)

/** 0 closed, 1 half open, 2 open; by subgraph. */
export const breakerState = meter.createGauge('circuit_breaker_state')

/** Open sockets, and those that have closed, by close code. */
export const socketsOpen = meter.createUpDownCounter('ws_connections')
export const socketsClosed = meter.createCounter('ws_closed_total')

/** Open subscriptions over all transports, by field. */
export const subscriptionsOpen = meter.createUpDownCounter('ws_subscriptions')
