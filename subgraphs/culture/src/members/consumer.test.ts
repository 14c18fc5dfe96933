import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { InfrastructureError } from '@vibely/kit/errors'
import { newId } from '@vibely/kit/ids'
import { mongoInbox } from '@vibely/kit/inbox-mongo'
import { AccountStatus, UserRegisteredSchema } from '@vibely/schema/events/auth/v1/user'
import { openAccounts } from '@vibely/testkit/accounts'
import { deliveries, sent } from '@vibely/testkit/deliver'
import { freshCulture } from '../../tests/fresh-culture.ts'
import { members } from './consumer.ts'
import { findMembers } from './store.ts'

const culture = await freshCulture()
after(() => culture[Symbol.asyncDispose]())
const { database, services } = culture
const { keyRing } = services
const accounts = openAccounts(keyRing)
const deliver = deliveries(mongoInbox(database.client, database.db), [members(keyRing)])
const shown = async (userId: string) => (await findMembers(database, [userId])).at(0)

test('names follow auth, in whatever order and however often they come', async () => {
  const registered = await accounts.registered('Ada')
  const { userId } = registered
  const events = [registered, await accounts.renamed(userId, 'Ada2'), await accounts.renamed(userId, 'Ada3')]
  for (const order of [
    [2, 0, 1],
    [1, 2, 0, 0, 1],
    [0, 1, 2],
  ])
    for (const index of order) await deliver(events[index]!)
  assert.deepEqual(await shown(userId), { _id: userId, username: 'ada3', displayName: 'Ada3', avatarUrl: null })
})

test('erasure leaves a tombstone, and no late event brings the names back', async () => {
  const registered = await accounts.registered('Bruno')
  const { userId } = registered
  const late = await accounts.renamed(userId, 'Bruno2')
  await deliver(registered)
  await deliver(accounts.statusChanged(userId, AccountStatus.ERASED))
  await deliver(late)
  await deliver(await accounts.renamed(userId, 'Bruno4'))
  const member = await shown(userId)
  assert.equal(member?.displayName, 'Deleted user')
  assert.match(member?.username ?? '', /^deleted_/)
  const row = await database.db.collection<{ _id: string }>('members').findOne({ _id: userId })
  assert.doesNotMatch(JSON.stringify(row), /bruno/i)
})

test('a destroyed key is an erasure, whatever the event says', async () => {
  const registered = await accounts.registered('Chiara')
  await keyRing.destroy(registered.userId)
  await deliver(registered)
  assert.equal((await shown(registered.userId))?.displayName, 'Deleted user')
})

test('without a key the consumer waits', async () => {
  const userId = newId('user')
  const profile = { userId, nonce: new Uint8Array(12), ciphertext: new Uint8Array(16) }
  const event = sent(UserRegisteredSchema, { type: 'user', id: userId, version: 1 }, { userId, profile })
  await assert.rejects(deliver(event), InfrastructureError)
  assert.deepEqual(await findMembers(database, [userId]), [])
})
