// What the user did wrong is data: the objects below stand in `userErrors` of a payload. Codes and messages are each subgraph's own.

interface UserError<Kind extends string, Code extends string> {
  readonly __typename: Kind
  readonly code: Code
  readonly message: string
  /** Where in the arguments; null when it is about all of them. */
  readonly path: readonly string[] | null
}

/**
 * The makers of a subgraph's user errors.
 * @param messages a row for each code of its SDL, so that a code without one does not compile
 */
export const userErrors = <Code extends string>(messages: Readonly<Record<Code, string>>) => {
  const make = <Kind extends string>(kind: Kind, code: Code, path: readonly string[]): UserError<Kind, Code> => ({
    __typename: kind,
    code,
    message: messages[code],
    path: path.length > 0 ? path : null,
  })
  return {
    /** A value of the input is refused. */
    inputError: (code: Code, ...path: string[]) => make('InputError', code, path),
    /** Somebody or something has it already, or its state is not what the caller thinks it is: then with the version it has. */
    conflictError: (code: Code, currentVersion: number | null, ...path: string[]) => ({
      ...make('ConflictError', code, path),
      currentVersion,
    }),
    /** Too soon, too often or too many; when it may be tried again, null when waiting does not help. */
    limitError: (code: Code, retryAt: Date | null, ...path: string[]) => ({ ...make('LimitError', code, path), retryAt }),
  }
}
