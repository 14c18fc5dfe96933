// ApolloGateway with its own executor but a data source on undici: what the stock fetch chain costs. node undici.ts SUPERGRAPH PORT
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { Pool } from 'undici'

function undiciSource(url: string): GraphQLDataSource {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: 64 })
  return {
    async process({ request: { query, variables, operationName } }) {
      const body = JSON.stringify({ query, variables, operationName })
      const answer = await pool.request({ method: 'POST', path: pathname, body, headers: { 'content-type': 'application/json' } })
      return JSON.parse(await answer.body.text())
    },
  }
}

const [, , file = '', port] = process.argv
const gateway = new ApolloGateway({ supergraphSdl: readFileSync(file, 'utf8'), buildService: ({ url = '' }) => undiciSource(url) })
await startStandaloneServer(new ApolloServer({ gateway }), { listen: { port: Number(port), host: '127.0.0.1' } })
