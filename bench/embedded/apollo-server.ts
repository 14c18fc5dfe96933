// The same resolvers as one schema without federation, on Apollo Server: node apollo-server.ts PORT
import process from 'node:process'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { oneSchema } from '../federation/one-schema.ts'

await startStandaloneServer(new ApolloServer({ schema: oneSchema() }), { listen: { port: Number(process.argv[2]), host: '127.0.0.1' } })
