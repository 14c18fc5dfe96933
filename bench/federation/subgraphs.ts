import { readFileSync } from 'node:fs'
import { composeServices } from '@apollo/composition'
import { buildSchema } from '@vibely/kit/subgraph'
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql'
import { resolvers } from './data.ts'

const names = ['accounts', 'inventory', 'products', 'reviews'] as const
type Name = (typeof names)[number]

export interface BenchSubgraph {
  readonly name: Name
  readonly typeDefs: DocumentNode
  readonly schema: GraphQLSchema
}

/** The four subgraphs, ready to execute. */
export const subgraphs: readonly BenchSubgraph[] = names.map((name) => {
  const typeDefs = parse(readFileSync(new URL(`${name}.graphql`, import.meta.url), 'utf8'))
  return { name, typeDefs, schema: buildSchema(typeDefs, resolvers[name]) }
})

/** Their supergraph. @throws Error when they do not compose */
export const supergraphSdl = (urls: Readonly<Record<string, string>>): string => composed(subgraphs, urls)

/** The supergraph of subgraphs at their addresses. @throws Error when they do not compose */
export function composed(of: readonly Pick<BenchSubgraph, 'name' | 'typeDefs'>[], urls: Readonly<Record<string, string>>): string {
  const { supergraphSdl, errors } = composeServices(of.map(({ name, typeDefs }) => ({ name, typeDefs, url: urls[name] ?? '' })))
  if (supergraphSdl === undefined) throw new Error(`the subgraphs do not compose: ${errors?.map(({ message }) => message).join('; ')}`)
  return supergraphSdl
}
