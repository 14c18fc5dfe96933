import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'

export interface Operation {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly accessToken?: string
}

/** The call itself failed. */
class CallFault extends Error {
  readonly code: string | number
  constructor(code: string | number, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

// Right after an import the consumers are busy; many members from one address use its budget up. Whatever the seed sends can be sent again.
const PASSING: readonly unknown[] = ['DEADLINE_EXCEEDED', 'SUBGRAPH_UNAVAILABLE', 'RATE_LIMITED']
const patiently = retry(
  handleWhen((error) => error instanceof CallFault && PASSING.includes(error.code)),
  { maxAttempts: 8, backoff: new ExponentialBackoff({ initialDelay: 500, maxDelay: 5_000 }) },
)

/**
 * Sends one operation to the router, as any client would, and again when the failure passes.
 * @throws Error with the first message when the call itself fails
 */
export const request = <Data>(routerUrl: string, operation: Operation): Promise<Data> =>
  patiently.execute(() => requestOnce<Data>(routerUrl, operation))

async function requestOnce<Data>(routerUrl: string, { query, variables, accessToken }: Operation): Promise<Data> {
  const response = await fetch(`${routerUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accessToken && { authorization: `Bearer ${accessToken}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(30_000),
  })
  const answer = (await response.json()) as { data?: Data; errors?: { message: string; extensions?: { code?: string } }[] }
  const [error] = answer.errors ?? []
  if (error || !answer.data) throw new CallFault(error?.extensions?.code ?? response.status, error?.message ?? 'no data')
  return answer.data
}

interface UserError {
  readonly code: string
  readonly message: string
}

/**
 * Sends a mutation until the other subgraphs know what it speaks of: NOT_FOUND is asked again, for half a minute.
 * @throws Error for every other userError
 */
export async function mutate<Payload extends { readonly userErrors: readonly UserError[] }>(
  routerUrl: string,
  operation: Operation,
): Promise<Payload> {
  const until = Date.now() + 30_000
  for (;;) {
    const data = await request<Record<string, Payload | null>>(routerUrl, operation)
    const payload = Object.values(data)[0]
    if (!payload) throw new Error('the mutation answered null')
    const [error] = payload.userErrors
    if (!error) return payload
    if (error.code !== 'NOT_FOUND' || Date.now() > until) throw new UserFault(error)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** A mutation was refused. */
export class UserFault extends Error {
  readonly code: string
  constructor(error: UserError) {
    super(`${error.code}: ${error.message}`)
    this.code = error.code
  }
}
