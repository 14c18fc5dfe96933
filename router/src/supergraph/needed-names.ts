import { type DocumentNode, visit } from 'graphql'
import { argumentsOf } from './features.ts'

/**
 * Names of fields that subgraphs need of each other: of keys, of what is required, and of contexts. They stand in the joined data beside
 * what the client asks for.
 */
export function neededNames(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set(['__typename'])
  const add = (fields: unknown) => {
    for (const name of namesIn(fields)) names.add(name)
  }
  visit(supergraph, {
    Directive(directive) {
      const { key, requires, contextArguments } = argumentsOf(directive)
      if (directive.name.value === 'join__type') add(key)
      if (directive.name.value !== 'join__field') return
      add(requires)
      if (Array.isArray(contextArguments))
        for (const { selection } of contextArguments as readonly { selection?: unknown }[]) add(selection)
    },
  })
  return names
}

/** Every name in a set of fields, arguments and types among them: one too many costs a little, one too few an answer. */
export const namesIn = (fields: unknown): readonly string[] => (typeof fields === 'string' ? (fields.match(/[_A-Za-z]\w*/g) ?? []) : [])
