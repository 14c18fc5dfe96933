import { type Fault, fault } from '@vibely/kit/errors'
import { requireFact, type Viewer } from '@vibely/kit/viewer'
import type { Requirement } from '../supergraph/policy-index.ts'

/** Why the viewer does not meet a requirement; null when all of it is met. */
export function unmet(requirement: Requirement, viewer: Viewer | null): Fault | null {
  if (!viewer) return fault('UNAUTHENTICATED')
  if (requirement.authenticated && viewer.sessionId === null)
    return fault('FORBIDDEN', 'Only a signed-in person may do this, not an API key.')
  if (!anyHeld(requirement.scopes, viewer.scopes)) {
    return fault('INSUFFICIENT_SCOPE', undefined, { requiredScopes: requirement.scopes })
  }
  if (anyHeld(requirement.policies, viewer.facts)) return null
  const missing = requirement.policies[0]?.find((fact) => !viewer.facts.includes(fact))
  return missing === undefined ? fault('FORBIDDEN') : missingFact(viewer, missing)
}

const anyHeld = (sets: readonly (readonly string[])[], held: readonly string[]) =>
  sets.length === 0 || sets.some((set) => set.every((one) => held.includes(one)))

function missingFact(viewer: Viewer, name: string): Fault | null {
  try {
    requireFact(viewer, name)
    return null
  } catch (error) {
    return error as Fault
  }
}

/** Tells the requirements that ask for the same as one of these, also in another schema. */
export function isOneOf(requirements: readonly Requirement[]): (requirement: Requirement) => boolean {
  const asked = new Set(requirements.map(content))
  return (requirement) => asked.has(content(requirement))
}

const content = ({ authenticated, scopes, policies }: Requirement): string => JSON.stringify([authenticated, scopes, policies])
