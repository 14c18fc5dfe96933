/** Sends one operation to the router, as any client would. @throws Error with the first message when the call itself fails */
export async function request<Data>(
  routerUrl: string,
  operation: { readonly query: string; readonly variables?: Record<string, unknown>; readonly accessToken?: string },
): Promise<Data> {
  const { query, variables, accessToken } = operation
  const response = await fetch(`${routerUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accessToken && { authorization: `Bearer ${accessToken}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(30_000),
  })
  const answer = (await response.json()) as { data?: Data; errors?: { message: string; extensions?: { code?: string } }[] }
  const [error] = answer.errors ?? []
  if (error || !answer.data) throw new Error(`${error?.extensions?.code ?? response.status}: ${error?.message ?? 'no data'}`)
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
  operation: Parameters<typeof request>[1],
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
