import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose'

interface TokenClaims {
  readonly sub?: string
  readonly sid?: string
  readonly scope?: string
  readonly facts?: readonly string[]
  readonly issuer?: string
  readonly audience?: string
  readonly typ?: string
  readonly kid?: string
  /** When the password was proved, in seconds from now. */
  readonly authTime?: number
  /** Seconds from now, negative for the past. */
  readonly expiresIn?: number
}

/** What auth does in the system: a key set, and access tokens signed with its key. */
export interface Credentials {
  readonly keys: JSONWebKeySet
  token(claims?: TokenClaims): Promise<string>
}

export async function openCredentials(): Promise<Credentials> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return {
    keys: { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'EdDSA', use: 'sig' }] },
    token: (claims = {}) =>
      new SignJWT({
        sid: claims.sid ?? 'session_1',
        scope: claims.scope ?? 'people:read people:write',
        roles: [],
        facts: claims.facts ?? [],
        ...(claims.authTime !== undefined && { auth_time: Math.floor(Date.now() / 1000) + claims.authTime }),
      })
        .setProtectedHeader({ alg: 'EdDSA', typ: claims.typ ?? 'at+jwt', kid: claims.kid ?? 'key-1' })
        .setSubject(claims.sub ?? 'p1')
        .setIssuer(claims.issuer ?? 'vibely')
        .setAudience(claims.audience ?? 'vibely')
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + (claims.expiresIn ?? 300))
        .sign(privateKey),
  }
}

/** The router's key pair for identity tokens, as its settings spell it. */
export async function identityKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const pair = await generateKeyPair('EdDSA', { extractable: true })
  return { privateKey: JSON.stringify(await exportJWK(pair.privateKey)), publicKey: JSON.stringify(await exportJWK(pair.publicKey)) }
}
