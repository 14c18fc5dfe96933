import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** True when the request carries the secret of operators and of CI. */
export type AdminCheck = (headers: IncomingHttpHeaders) => boolean

const HEADER = 'x-vibely-admin'
const digest = (text: string) => createHash('sha256').update(text).digest()

/** @param secret without one nobody is an admin */
export function adminCheck(secret: string | undefined): AdminCheck {
  if (secret === undefined) return () => false
  const expected = digest(secret)
  return (headers) => {
    const given = headers[HEADER]
    // Digests are of one length, so that the time tells nothing of the secret.
    return typeof given === 'string' && timingSafeEqual(digest(given), expected)
  }
}
