import { readdir, readFile } from 'node:fs/promises'
import { databaseName, databaseUrl } from '@vibely/kit/namespace'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { servers } from './servers.ts'

/** Runs work on the maintenance database of the PostgreSQL server. */
export async function onPostgres<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl(servers().POSTGRES_URL, 'postgres') })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * A fresh PostgreSQL database with a subgraph's migrations, applied as the SQL that they are.
 * @param migrations the folder `prisma/migrations` of the subgraph
 * @returns its URL; disposing drops it
 */
export async function freshPostgres(namespace: string, subgraph: string, migrations: URL): Promise<{ url: string } & AsyncDisposable> {
  const name = databaseName(namespace, subgraph)
  await onPostgres((client) => client.query(`CREATE DATABASE "${name}"`))
  const url = databaseUrl(servers().POSTGRES_URL, name)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const folders = (await readdir(migrations, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  for (const folder of folders.map((entry) => entry.name).sort()) {
    await client.query(await readFile(new URL(`${folder}/migration.sql`, ensureSlash(migrations)), 'utf8'))
  }
  await client.end()
  return {
    url,
    [Symbol.asyncDispose]: () => onPostgres(async (server) => void (await server.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`))),
  }
}

const ensureSlash = (folder: URL): URL => (folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`))

/** A fresh MongoDB database; disposing drops it. */
export function freshMongo(namespace: string, subgraph: string): { url: string; name: string } & AsyncDisposable {
  const url = servers().MONGODB_URL
  const name = databaseName(namespace, subgraph)
  return {
    url,
    name,
    async [Symbol.asyncDispose]() {
      const client = await new MongoClient(url).connect()
      await client.db(name).dropDatabase()
      await client.close()
    },
  }
}
