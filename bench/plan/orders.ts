import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { stripSupergraph } from '@vibely/router/strip'
import { committedSupergraph } from '@vibely/router/supergraph'
import { type DefinitionNode, Kind, parse } from 'graphql'
import { queries } from '../federation/queries.ts'
import { supergraphSdl } from '../federation/subgraphs.ts'

export type EngineName = 'apollo' | 'hive'

/** What is planned on one supergraph. */
export interface PlanOrders {
  readonly supergraph: string
  readonly sdl: string
  readonly operations: readonly { readonly name: string; readonly text: string }[]
}

/** The supergraph of the gateway benchmark with its queries, and our own with every operation of the clients. */
export async function planOrders(): Promise<readonly PlanOrders[]> {
  return [
    {
      supergraph: 'benchmark',
      sdl: supergraphSdl({}),
      operations: queries.map(({ name, query }) => ({ name, text: query })),
    },
    { supergraph: 'vibely', sdl: stripSupergraph(await committedSupergraph()), operations: await clientOperations() },
  ]
}

async function clientOperations(): Promise<PlanOrders['operations']> {
  const file = fileURLToPath(import.meta.resolve('@vibely/schema/persisted-documents.json'))
  const documents = Object.values(JSON.parse(await readFile(file, 'utf8')) as Record<string, string>)
  return documents.map((text) => ({ name: parse(text).definitions.flatMap(operationName).join(), text }))
}

const operationName = (definition: DefinitionNode): string[] =>
  definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value ?? ''] : []
