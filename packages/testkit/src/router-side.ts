import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { openRequestSigner } from '@vibely/kit/identity'
import { type Listening, serveSubgraph } from '@vibely/kit/server'
import type { Subgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS, type Caller, type Viewer } from '@vibely/kit/viewer'
import type { FormattedExecutionResult } from 'graphql'

/** A question to a subgraph. */
export interface Question {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** What the router is to one subgraph: it signs requests, and the subgraph knows its keys. */
export interface RouterSide {
  /** The subgraph's half of the keys, as its settings. */
  readonly env: { readonly INTERNAL_HMAC_KEYS: string; readonly ROUTER_IDENTITY_PUBLIC_KEY: string }
  /** Serves the subgraph on a free port; it believes this router's signatures. */
  serve(subgraph: Subgraph): Promise<Listening>
  /** Headers for a request with this body. */
  sign(body: string, caller?: Caller): Promise<Record<string, string>>
  /** Asks the subgraph at `url` in the name of a viewer. */
  ask<Data = Record<string, unknown>>(url: string, question: Question, viewer?: Viewer | null): Promise<FormattedExecutionResult<Data>>
}

/** Fresh keys for one subgraph, and the router's use of them. */
export async function openRouterSide(subgraph: string): Promise<RouterSide> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const hmacKey = `test:${randomBytes(32).toString('base64url')}`
  const signer = await openRequestSigner({ subgraph, hmacKey, privateKey: JSON.stringify(privateKey.export({ format: 'jwk' })) })
  const sign = (body: string, caller: Caller = ANONYMOUS) => signer.headers({ method: 'POST', path: '/graphql', body }, caller)
  const routerPublicKey = JSON.stringify(publicKey.export({ format: 'jwk' }))
  return {
    env: { INTERNAL_HMAC_KEYS: hmacKey, ROUTER_IDENTITY_PUBLIC_KEY: routerPublicKey },
    serve: (served) => serveSubgraph(served, { port: 0, hmacKeys: [hmacKey], routerPublicKey }),
    sign,
    async ask(url, question, viewer = null) {
      const body = JSON.stringify(question)
      const headers = { ...(await sign(body, { ...ANONYMOUS, viewer })), 'content-type': 'application/json' }
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
      return (await response.json()) as never
    },
  }
}

/** Somebody signed in, with the scopes and facts that a member in good standing has. */
export const memberViewer = (id: string, change: Partial<Viewer> = {}): Viewer => ({
  id,
  sessionId: `session_of_${id}`,
  roles: ['MEMBER'],
  scopes: ['account', 'library', 'social', 'feed', 'notifications'].flatMap((part) => [`${part}:read`, `${part}:write`]),
  facts: ['verified_email', 'not_sanctioned'],
  ...change,
})
