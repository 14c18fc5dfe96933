const SUGGESTION = ' Did you mean '

/**
 * A message of graphql-js without "Did you mean …?", which tells names of a schema that may be private. Not by a regular
 * expression: a message quotes what the client sent, and one full of these words would be read once for each.
 */
export function withoutSuggestion(message: string): string {
  // Names of a schema hold no spaces: the suggestion is behind the last one.
  const at = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1
  return at < 0 ? message : message.slice(0, at)
}
