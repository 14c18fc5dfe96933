import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { databaseUrl } from '@vibely/kit/namespace'
import pg from 'pg'
import { Problem } from '../problem.ts'
import { createDatabase, deployMigrations } from './prisma.ts'

const server = process.env.POSTGRES_URL ?? ''
const fixture = fileURLToPath(new URL('fixture', import.meta.url))

describe('migrations', () => {
  const name = `vibely_deploy_${randomBytes(4).toString('hex')}`
  after(() => onServer(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`))

  it('with a $$ body are applied once, however often they are deployed', async () => {
    await createDatabase(server, name)
    await createDatabase(server, name)
    const url = databaseUrl(server, name)
    assert.equal(await deployMigrations(fixture, url), 1)
    assert.equal(await deployMigrations(fixture, url), 0)
    const inserted = await query(url, 'INSERT INTO "Note" (id) VALUES (1) RETURNING text')
    assert.equal(inserted.rows[0]?.text, 'A; B')
  })

  it('fail loudly when the engine dies without a word', async () => {
    process.env.PRISMA_SCHEMA_ENGINE_BINARY = '/bin/true'
    try {
      await assert.rejects(deployMigrations(fixture, databaseUrl(server, name)), Problem)
    } finally {
      delete process.env.PRISMA_SCHEMA_ENGINE_BINARY
    }
  })
})

const onServer = (statement: string) => query(databaseUrl(server, 'postgres'), statement)

async function query(url: string, statement: string) {
  const client = new pg.Client(url)
  await client.connect()
  return client.query(statement).finally(() => client.end())
}
