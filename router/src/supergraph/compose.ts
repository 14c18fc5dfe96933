import { composeServices } from '@apollo/composition'
import { GraphQLError, parse } from 'graphql'

/** A subgraph as composition takes it. */
export interface SubgraphDefinition {
  readonly name: string
  readonly url: string
  readonly sdl: string
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
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parsed(name, sdl) }))
  const result = composeServices(services)
  if (result.errors) throw new CompositionError(result.errors.map(describe))
  return {
    supergraphSdl: result.supergraphSdl,
    hints: result.hints.map(({ definition, element, message }) => ({
      code: definition.code,
      coordinate: element?.coordinate ?? '',
      message,
    })),
  }
}

function parsed(name: string, sdl: string) {
  try {
    return parse(sdl)
  } catch (error) {
    throw new CompositionError([`[${name}] ${error instanceof Error ? error.message : String(error)}${position(error)}`])
  }
}

const describe = (error: GraphQLError): string => {
  const code = error.extensions.code
  return `${typeof code === 'string' ? `${code}: ` : ''}${error.message}${position(error)}`
}

function position(error: unknown): string {
  const place = error instanceof GraphQLError ? error.locations?.[0] : undefined
  return place ? ` (line ${place.line}, column ${place.column})` : ''
}
