// The stitched supergraph of @graphql-tools/federation behind GraphQL Yoga: node stitching.ts SUPERGRAPH PORT
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import process from 'node:process'
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation'
import { createYoga } from 'graphql-yoga'

const [, , file = '', port] = process.argv
const schema = getStitchedSchemaFromSupergraphSdl({ supergraphSdl: readFileSync(file, 'utf8'), batch: true })
createServer(createYoga({ schema, logging: false, graphiql: false })).listen(Number(port), '127.0.0.1')
