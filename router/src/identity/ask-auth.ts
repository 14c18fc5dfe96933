import { ANONYMOUS } from '@vibely/kit/viewer'
import type { Source } from '../sources/source.ts'

/**
 * Asks auth for what clients cannot reach, in the same way as a query plan would.
 * @returns the answer's data, to be checked
 * @throws when auth gives no answer
 */
export async function askAuth(
  auth: Source,
  { name, query, variables }: { readonly name: string; readonly query: string; readonly variables: Readonly<Record<string, unknown>> },
  signal: AbortSignal,
): Promise<unknown> {
  const { data, errors } = await auth.fetch({ query, operationName: name, variables }, ANONYMOUS, signal)
  if (errors?.[0]) throw new Error(`auth did not answer ${name}: ${errors[0].message}`)
  return data
}
