/** The fields that a caller gave: in edits an absent field stays, and null clears. */
export const given = <Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
): { [K in keyof Fields]?: Exclude<Fields[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof Fields]?: Exclude<Fields[K], undefined>
  }
