import process from 'node:process'
import { parseArgs } from 'node:util'
import { rotateKeysOf } from '@vibely/auth/keys'
import { Problem } from '../problem.ts'
import { developmentSecrets } from '../secrets.ts'
import { namespace, runningServers } from './addresses.ts'

/** `vibely keys` */
export async function keys(args: string[]): Promise<void> {
  const { positionals } = parseArgs({ args, allowPositionals: true })
  if (positionals.join(' ') !== 'rotate')
    throw new Problem('What is to be done with the keys?', 'keys rotate makes a new one for access tokens.')
  const secret = process.env.TOKEN_KEY_SECRET || (developmentSecrets().TOKEN_KEY_SECRET ?? '')
  const { POSTGRES_URL: postgresUrl } = await runningServers()
  const { kid, signsFrom } = await rotateKeysOf({ postgresUrl, namespace: namespace(), secret })
  console.log(
    `Key ${kid} signs access tokens from ${signsFrom.toISOString()}. Nobody is signed out: the one before stays published for its tokens.`,
  )
}
