import { connect } from 'node:net'
import { EnvError, kafkaEnv, mongoEnv, postgresEnv, readEnv, redisEnv } from '@vibely/kit/env'
import { Problem } from './problem.ts'
import type { ServerKind } from './servers.ts'

interface Address {
  readonly host: string
  readonly port: number
}

const CONNECT_MS = 3_000
const forms = { ...postgresEnv, ...mongoEnv, ...redisEnv, ...kafkaEnv }

/**
 * Sees to it that a server given by the environment is there, before it is worked on: what its driver says of one that is not names
 * neither the server nor the variable.
 * @throws Problem that names the variable, and never the credentials in it
 */
export async function requireGiven(kind: ServerKind, given: string): Promise<void> {
  const { variable, native } = kind
  try {
    readEnv({ [variable]: forms[variable] }, { [variable]: given })
  } catch (error) {
    if (error instanceof EnvError) throw new Problem(`${variable} is not usable.`, `It is written like ${kind.url('localhost:9999')}.`)
    throw error
  }
  const addresses = addressesOf(kind, given)
  if (addresses.length === 0) return
  try {
    await Promise.any(addresses.map(reach))
  } catch (error) {
    const [reason] = (error as AggregateError).errors as Error[]
    throw new Problem(
      `${native.title} does not answer where ${variable} says: ${reason?.message}`,
      `Start it there, correct ${variable}, or unset it: then one of this checkout is used.`,
    )
  }
}

/** Where a URL, or a list of brokers, points to. Empty when that is no matter of host and port: a socket file, a name that DNS resolves to several. */
export function addressesOf({ compose, variable }: Pick<ServerKind, 'compose' | 'variable'>, given: string): readonly Address[] {
  if (given.startsWith('mongodb+srv:')) return []
  const authority = variable === 'KAFKA_BROKERS' ? given : (/^[^:]+:\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(given)?.[1] ?? '')
  return authority.split(',').flatMap((part) => {
    const [, six, name = '', port] = /^\s*(?:\[(.+)\]|([^:]*?))(?::(\d+))?\s*$/.exec(part) ?? []
    const host = six ?? name
    return host && !host.startsWith('%2F') ? [{ host, port: Number(port ?? compose.innerPort) }] : []
  })
}

function reach({ host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    if (port > 65_535) return reject(new Error(`there is no port ${port}`))
    const socket = connect({ host, port, timeout: CONNECT_MS })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(new Error(`connect ${host}:${port}: no answer within ${CONNECT_MS / 1_000} s`)))
    // A name with several addresses fails with one error for each, and no message of its own.
    socket.once('error', (error) => reject(error instanceof AggregateError ? error.errors[0] : error))
  })
}
