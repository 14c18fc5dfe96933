// Hive Gateway with its default (stitching) executor: node hive.ts SUPERGRAPH PORT
import { createServer } from 'node:http'
import process from 'node:process'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import http from '@graphql-mesh/transport-http'

const [, , file = '', port] = process.argv
const gateway = createGatewayRuntime({ supergraph: file, logging: false, transports: { http } })
createServer(gateway).listen(Number(port), '127.0.0.1')
