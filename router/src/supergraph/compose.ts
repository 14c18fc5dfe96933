import { composeServices } from '@apollo/composition'
import { parse, Source } from 'graphql'
import { problemOf } from './problem.ts'

/** A subgraph as composition takes it. */
export interface SubgraphDefinition {
  readonly name: string
  readonly url: string
  readonly sdl: string
  /** Where it was read, for what is said about it. */
  readonly file?: string | undefined
}

export interface Composition {
  /** The policy supergraph: every directive is in it. */
  readonly supergraphSdl: string
  /** What composition noticed without refusing it, one line each. */
  readonly hints: readonly { readonly code: string; readonly coordinate: string; readonly message: string }[]
}

/** The subgraphs do not fit together. The message lists every problem, one a line. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError'
  constructor(problems: readonly string[]) {
    super(`The subgraphs do not compose:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
}

/**
 * Composes subgraph SDL into the policy supergraph.
 * @throws CompositionError
 */
export function composeSupergraph(subgraphs: readonly SubgraphDefinition[]): Composition {
  const services = subgraphs.map((subgraph) => ({ name: subgraph.name, url: subgraph.url, typeDefs: parsed(subgraph) }))
  const result = composeServices(services)
  if (result.errors) throw new CompositionError(result.errors.map(problemOf))
  return {
    supergraphSdl: result.supergraphSdl,
    hints: result.hints.map(({ definition, element, message }) => ({
      code: definition.code,
      coordinate: element?.coordinate ?? '',
      message,
    })),
  }
}

function parsed({ name, sdl, file }: SubgraphDefinition) {
  try {
    return parse(file === undefined ? sdl : new Source(sdl, file))
  } catch (error) {
    throw new CompositionError([`[${name}] ${problemOf(error)}`])
  }
}
