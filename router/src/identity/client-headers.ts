import type { IncomingHttpHeaders } from 'node:http'
import { fault } from '@vibely/kit/errors'
import type { Caller } from '@vibely/kit/viewer'

/**
 * The headers of a client that go on to subgraphs; undefined where he sends none.
 * @param payload what came in a socket's `connection_init`: browsers cannot set a socket's headers
 * @throws Fault BAD_REQUEST for a value that no subgraph could be sent
 */
export type ClientHeaders = (headers: IncomingHttpHeaders, payload?: Readonly<Record<string, unknown>>) => Caller['headers']

const FORBIDDEN = /[^\t\x20-\x7e]/

/** @param names of headers that go on, in lower case */
export function clientHeaders(names: readonly string[]): ClientHeaders {
  if (names.length === 0) return () => undefined
  return (headers, payload) => {
    // What a client calls a matter of his connection ends here.
    const ofConnection = String(headers.connection ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
    const said = Object.entries(payload ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
    const found: Record<string, string> = {}
    for (const name of names) {
      // On a socket the credential is the one of the payload, which has been looked at.
      const sent = payload && name === CREDENTIAL ? undefined : headers[name]
      const value = said.find(([one]) => one === name)?.[1] ?? (ofConnection.includes(name) ? undefined : sent)
      if (typeof value !== 'string') continue
      if (FORBIDDEN.test(value)) throw fault('BAD_REQUEST', `The header ${name} holds characters that headers do not have.`)
      found[name] = value
    }
    return Object.keys(found).length === 0 ? undefined : found
  }
}

const CREDENTIAL = 'authorization'

/** The caller of an open subscription whose client has proved himself anew: of a later request only the credential counts. */
export function renewedCaller(open: Caller, fresh: Caller): Caller {
  if (!open.headers && !fresh.headers) return fresh
  const { [CREDENTIAL]: _, ...others } = open.headers ?? {}
  const credential = fresh.headers?.[CREDENTIAL]
  const headers = credential === undefined ? others : { ...others, [CREDENTIAL]: credential }
  return { ...fresh, headers: Object.keys(headers).length === 0 ? undefined : headers }
}
