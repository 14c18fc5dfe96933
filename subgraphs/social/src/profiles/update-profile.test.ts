import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { freshDb } from '../../tests/fresh-social.ts'
import { updateProfile } from './update-profile.ts'

const store = await freshDb()
after(() => store[Symbol.asyncDispose]())
const { db } = store

test('absent fields stay, null clears, and every edit raises the version', async () => {
  const ada = newId('user')
  await updateProfile(db, ada, { bio: 'Reads at night.', links: ['https://ada.example'] }, null)
  await updateProfile(db, ada, { links: ['https://ada.example', 'https://films.example'] }, null)
  const outcome = await updateProfile(db, ada, { bio: null }, null)
  const profile = { userId: ada, bio: null, links: ['https://ada.example', 'https://films.example'], version: 3 }
  assert.deepEqual(outcome, { ok: true, profile })
})

test('an edit of an older version is refused and changes nothing', async () => {
  const ada = newId('user')
  assert.ok((await updateProfile(db, ada, { bio: 'One' }, 0)).ok)
  assert.deepEqual(await updateProfile(db, ada, { bio: 'Two' }, 0), { ok: false, code: 'STALE_VERSION', currentVersion: 1 })
  assert.equal((await db.profile.findUniqueOrThrow({ where: { userId: ada } })).bio, 'One')
})

test('of many edits of the same version one wins', async () => {
  const ada = newId('user')
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, index) => updateProfile(db, ada, { bio: `Edit ${index}` }, 0)))
  assert.equal(outcomes.filter((outcome) => outcome.ok).length, 1)
})

test('a long text is counted in characters and refused, and so are six links', async () => {
  const ada = newId('user')
  assert.ok((await updateProfile(db, ada, { bio: '🎬'.repeat(1_000) }, null)).ok)
  assert.deepEqual(await updateProfile(db, ada, { bio: '🎬'.repeat(1_001) }, null), { ok: false, code: 'TOO_LONG', field: 'bio' })
  const links = Array.from({ length: 6 }, (_, index) => `https://ada.example/${index}`)
  assert.deepEqual(await updateProfile(db, ada, { links }, null), { ok: false, code: 'TOO_LONG', field: 'links' })
})
