import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeFolder } from './native/state.ts'
import { subgraphNames } from './processes.ts'

/** The secrets of a development installation, by the names of the settings. Made on the first start, kept with the data they seal. */
export function developmentSecrets(file = join(homeFolder(), 'secrets.json')): Readonly<Record<string, string>> {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {}
  const missing = Object.entries(generators).filter(([name]) => !(name in known))
  if (missing.length === 0) return known
  const secrets = { ...known }
  for (const [, make] of missing) Object.assign(secrets, make())
  mkdirSync(join(file, '..'), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
  return secrets
}

/** A set of secrets that nobody has used. */
export const freshSecrets = (): Record<string, string> => Object.assign({}, ...Object.values(generators).map((make) => make()))

const random = (encoding: BufferEncoding = 'base64url') => randomBytes(32).toString(encoding)

/** An Ed25519 pair as JWKs; the private one carries the key's name. */
function signingPair(kid: string): { privateJwk: string; publicJwk: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const named = { kid, alg: 'EdDSA', use: 'sig' }
  return {
    privateJwk: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...named }),
    publicJwk: JSON.stringify({ ...publicKey.export({ format: 'jwk' }), ...named }),
  }
}

/** By the first setting each of them makes. */
const generators: Record<string, () => Record<string, string>> = {
  CURSOR_SECRET: () => ({ CURSOR_SECRET: random() }),
  SEALING_KEY: () => ({ SEALING_KEY: random('base64') }),
  TOKEN_KEY_SECRET: () => ({ TOKEN_KEY_SECRET: random() }),
  POSTGRES_PASSWORD: () => ({ POSTGRES_PASSWORD: random() }),
  DEMO_PASSWORD: () => ({ DEMO_PASSWORD: randomBytes(9).toString('base64url') }),
  ROUTER_IDENTITY_PRIVATE_KEY: () => {
    const { privateJwk, publicJwk } = signingPair('router-1')
    return { ROUTER_IDENTITY_PRIVATE_KEY: privateJwk, ROUTER_IDENTITY_PUBLIC_KEY: publicJwk }
  },
  ...Object.fromEntries(
    subgraphNames.map((name) => {
      const variable = `${name.toUpperCase()}_HMAC_KEY`
      return [variable, () => ({ [variable]: `${name}-1:${random()}` })]
    }),
  ),
}
