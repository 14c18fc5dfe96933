/** A message of graphql-js without "Did you mean …?", which tells names of a schema that may be private. */
export const withoutSuggestion = (message: string): string => message.replace(/ Did you mean .*\?$/, '')
