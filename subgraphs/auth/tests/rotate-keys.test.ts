import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openSigningKeys } from '../src/keys/signing-keys.ts'
import { freshDb } from './fresh-auth.ts'

const SECRET = 'a secret of more than thirty-two characters'
const cli = fileURLToPath(new URL('../../../infra/cli.ts', import.meta.url))

const fresh = await freshDb()
const home = await mkdtemp(join(tmpdir(), 'vibely-keys-'))
after(async () => {
  await fresh[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

/** `vibely keys rotate` where PostgreSQL is the only server there is. */
const rotate = (env: Readonly<Record<string, string>> = { TOKEN_KEY_SECRET: SECRET }) =>
  new Promise<{ code: unknown; told: string }>((resolve) => {
    const surroundings = { PATH: process.env.PATH, VIBELY_HOME: home, VIBELY_SERVERS: 'native', VIBELY_NAMESPACE: fresh.namespace }
    execFile(
      process.execPath,
      [cli, 'keys', 'rotate'],
      { env: { ...surroundings, POSTGRES_URL: fresh.postgresUrl, ...env } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, told: stdout + stderr }),
    )
  })
const keys = () => fresh.db.signingKey.count()

test('keys rotate replaces a key that is there, with the secret of the installation, and says what it did', async () => {
  const without = await rotate({})
  assert.deepEqual([without.code, await keys()], [1, 0])
  assert.match(without.told, /TOKEN_KEY_SECRET is not/)
  const early = await rotate()
  assert.deepEqual([early.code, await keys()], [1, 0], 'the first key is made by auth')
  assert.match(early.told, /There is no key to replace/)
  const elsewhere = await rotate({ TOKEN_KEY_SECRET: SECRET, VIBELY_NAMESPACE: `${fresh.namespace}other_` })
  assert.equal(elsewhere.code, 1)
  assert.equal(elsewhere.told.trimEnd().split('\n').length, 2, elsewhere.told)
  assert.match(elsewhere.told, /There is no key to replace.*\n.*VIBELY_NAMESPACE, which is .*other_/)

  await openSigningKeys({ db: fresh.db, secret: SECRET })
  const soon = await rotate()
  assert.deepEqual([soon.code, await keys()], [0, 1])
  assert.match(soon.told, /Nothing was done/)
  await fresh.db.$executeRaw`UPDATE signing_key SET created_at = created_at - interval '1 hour'`
  const wrong = await rotate({ TOKEN_KEY_SECRET: `${SECRET}!` })
  assert.deepEqual([wrong.code, await keys()], [1, 1], 'a key sealed with another secret would stop auth')
  assert.match(wrong.told, /^TOKEN_KEY_SECRET does not open the signing key .*\n.*Set TOKEN_KEY_SECRET to what auth has\.\n$/)
  const rotated = await rotate()
  assert.deepEqual([rotated.code, await keys()], [0, 2])
  assert.match(rotated.told, /signs access tokens from/)
})
