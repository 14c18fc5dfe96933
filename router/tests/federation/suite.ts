/** A subgraph of a suite: its SDL without the `@link` of federation, and resolvers over plain data. */
export interface SuiteSubgraph {
  readonly sdl: string
  readonly resolvers?: Record<string, object>
  /** Federation 1: no `@link` is put before the SDL. */
  readonly federation1?: boolean
  /** It fails whenever it is asked for entities, and says nothing of which. */
  readonly losesEntities?: boolean
}

/** One operation and what the federation specification says of it. */
export interface Example {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  /** The answer's data, its keys in the order of the operation. Absent: the operation is refused as a whole. */
  readonly data?: object | null
  /** Paths of the errors, joined by dots, in any order. `at least one`: where it stands is up to the executor. */
  readonly errors?: readonly string[] | 'at least one'
  /** Labels of progressive overrides that are on. */
  readonly labels?: readonly string[]
  /** Why Apollo's planner or executor answers wrongly. Asserted: when they become right, the test says so. */
  readonly stockFails?: string
  /** Why ours does. */
  readonly weFail?: string
}

/** A small supergraph written for a hard case of federation. Opened anew for each operation. */
export interface Suite {
  readonly what: string
  readonly subgraphs: () => Readonly<Record<string, SuiteSubgraph>>
  readonly examples: readonly Example[]
}

type Row = Readonly<Record<string, unknown>>

/** A resolver of references to rows, by the fields of a key. What the router sends beside the key (`@requires`) is joined to the row. */
export const entity = (rows: readonly object[], ...key: readonly string[]) => {
  const fields = key.length > 0 ? key : ['id']
  const matches = (row: Row, reference: Row) => fields.every((field) => JSON.stringify(row[field]) === JSON.stringify(reference[field]))
  return {
    __resolveReference(reference: Row) {
      const row = rows.find((one) => matches(one as Row, reference))
      return row ? { ...row, ...reference, ...('__typename' in row && { __typename: row.__typename }) } : null
    },
  }
}
