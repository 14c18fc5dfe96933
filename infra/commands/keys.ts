import process from 'node:process'
import { parseArgs } from 'node:util'
import { rotateKeysOf } from '@vibely/auth/keys'
import { WrongSecretError } from '@vibely/auth/wrong-secret'
import { Problem } from '../problem.ts'
import { developmentSecrets } from '../secrets.ts'
import { namespace, runningServers } from './addresses.ts'

/** `vibely keys` */
export async function keys(args: string[]): Promise<void> {
  const { positionals } = parseArgs({ args, allowPositionals: true })
  if (positionals.join(' ') !== 'rotate')
    throw new Problem('What is to be done with the keys?', 'keys rotate makes a new one for access tokens.')
  const secret = tokenKeySecret()
  const { POSTGRES_URL: postgresUrl } = await runningServers('POSTGRES_URL')
  const rotation = await rotateKeysOf({ postgresUrl, namespace: namespace(), secret }).catch((error: unknown) => {
    throw error instanceof WrongSecretError
      ? new Problem(`${error.message}.`, 'Nothing was changed. Set TOKEN_KEY_SECRET to what auth has.')
      : error
  })
  if (!rotation) throw new Problem('There is no key to replace.', `Auth makes the first one when it starts${elsewhere()}.`)
  const { kid, made, knownFrom } = rotation
  console.log(
    made
      ? `Key ${kid} signs access tokens from ${knownFrom.toISOString()}. Nobody is signed out: the one before stays published for its tokens.`
      : `Nothing was done: key ${kid} is new itself. It signs from ${knownFrom.toISOString()} at the latest, and can be replaced then.`,
  )
}

/** Most who expect a key look for it in the wrong place. */
const elsewhere = (): string => `; if it has, VIBELY_NAMESPACE, which is ${namespace() || 'empty'}, is not that of auth`

/** The secret that seals the keys. That of this checkout is for its own database alone: keys sealed with it elsewhere would stop auth there. */
function tokenKeySecret(): string {
  const given = process.env.TOKEN_KEY_SECRET
  if (given) return given
  if (process.env.POSTGRES_URL)
    throw new Problem('POSTGRES_URL is set, and TOKEN_KEY_SECRET is not.', 'Set it to what auth has: it seals the keys in that database.')
  return developmentSecrets().TOKEN_KEY_SECRET ?? ''
}
