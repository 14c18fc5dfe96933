import { type DocumentNode, visit } from 'graphql'
import { argumentsOf } from './features.ts'

/** Labels of the progressive overrides (`@override(from:, label:)`) in a supergraph. */
export function overrideLabels(supergraph: DocumentNode): readonly string[] {
  const labels = new Set<string>()
  visit(supergraph, {
    Directive(directive) {
      const { overrideLabel } = argumentsOf(directive)
      if (directive.name.value === 'join__field' && typeof overrideLabel === 'string') labels.add(overrideLabel)
    },
  })
  return [...labels].sort()
}
