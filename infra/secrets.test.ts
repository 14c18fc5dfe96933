import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { developmentSecrets, freshSecrets } from './secrets.ts'

const folder = await mkdtemp(join(tmpdir(), 'vibely-secrets-'))
after(() => rm(folder, { recursive: true, force: true }))

it('the secrets of a checkout are made once, for its owner alone', async () => {
  const file = join(folder, 'deep', 'secrets.json')
  const first = developmentSecrets(file)
  assert.deepEqual(developmentSecrets(file), first)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.notEqual(freshSecrets().SEALING_KEY, first.SEALING_KEY)
})
