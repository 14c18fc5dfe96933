// Hive Gateway with the Rust planner and the executor for its plans: node hive-router-runtime.ts SUPERGRAPH PORT
import { createServer } from 'node:http'
import process from 'node:process'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { unifiedGraphHandler } from '@graphql-hive/router-runtime'
import http from '@graphql-mesh/transport-http'

const [, , file = '', port] = process.argv
const gateway = createGatewayRuntime({ supergraph: file, logging: false, unifiedGraphHandler, transports: { http } })
createServer(gateway).listen(Number(port), '127.0.0.1')
