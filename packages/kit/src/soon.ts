/** What is there, or will be. Whoever need not wait does not: a promise and its turn cost more than most small steps. */
export type Soon<T> = T | Promise<T>

export const isPromise = <T>(value: Soon<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
