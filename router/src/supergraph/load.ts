import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'

/** Beside what Apollo's gateway takes, what its planner can do and our executor runs. */
const FEATURES = new Set([...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, 'https://specs.apollo.dev/context/v0.1'])

/**
 * Loads an execution supergraph.
 * @param validate false for one whose like has been validated
 * @throws Error when it is none, or asks for a feature that nobody here has
 */
export const loadSupergraph = (executionSdl: string, validate = true): Supergraph =>
  Supergraph.build(executionSdl, { supportedFeatures: FEATURES, validateSupergraph: validate })
