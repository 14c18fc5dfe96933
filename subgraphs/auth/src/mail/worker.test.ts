import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createLogger } from '@vibely/kit/logger'
import { eventually } from '@vibely/testkit/eventually'
import { freshDb } from '../../tests/fresh-auth.ts'
import { queueVerification, takeDue } from './queue.ts'
import { startMailWorker } from './worker.ts'

const fresh = await freshDb()
after(() => fresh[Symbol.asyncDispose]())
const { db } = fresh
const logger = createLogger({ service: 'auth-test', level: 'silent' })

const queued = (accountId: string) => db.outgoingMail.findFirst({ where: { accountId } })
/** Makes what was put off due at once. */
const hasten = () => db.outgoingMail.updateMany({ data: { nextTryAt: new Date(0) } })

test('a queued mail is sent and forgotten', async () => {
  const sent: (string | null)[] = []
  await using worker = startMailWorker({ db, logger, send: async (mail) => void sent.push(mail.accountId) })
  await queueVerification(db, { accountId: 'one' })
  worker.wake()
  await eventually(async () => (await queued('one')) === null)
  assert.deepEqual(sent, ['one'])
})

test('a mail that fails is tried again later, and the others go on', async () => {
  const sent: (string | null)[] = []
  let broken = true
  await using worker = startMailWorker({
    db,
    logger,
    send: async (mail) => {
      if (broken && mail.accountId === 'bad') throw new Error('no answer')
      sent.push(mail.accountId)
    },
  })
  await queueVerification(db, { accountId: 'bad' })
  await queueVerification(db, { accountId: 'good' })
  await worker.drain()
  assert.deepEqual(sent, ['good'])
  const waiting = await queued('bad')
  assert.equal(waiting?.attempts, 1)
  assert.ok((waiting?.nextTryAt.getTime() ?? 0) > Date.now() + 20_000)
  broken = false
  await hasten()
  await worker.drain()
  assert.deepEqual(sent, ['good', 'bad'])
})

test('a mail is given up after twelve tries', async () => {
  let tries = 0
  await using worker = startMailWorker({
    db,
    logger,
    send: async () => {
      tries += 1
      throw new Error('no answer')
    },
  })
  await queueVerification(db, { accountId: 'hopeless' })
  for (let round = 0; round < 14; round++) {
    await worker.drain()
    await hasten()
  }
  assert.deepEqual([tries, await queued('hopeless')], [12, null])
})

test('a mail whose process died while sending is taken again after its lease', async () => {
  await queueVerification(db, { accountId: 'orphan' })
  const [taken] = await takeDue(db)
  assert.equal(taken?.accountId, 'orphan')
  assert.deepEqual(await takeDue(db), [], 'nobody else gets it meanwhile')
  await hasten()
  const sent: (string | null)[] = []
  await using worker = startMailWorker({ db, logger, send: async (mail) => void sent.push(mail.accountId) })
  await worker.drain()
  assert.deepEqual(sent, ['orphan'])
})

test('two workers send each mail once', async () => {
  for (let index = 0; index < 40; index++) await queueVerification(db, { accountId: `many${index}` })
  const sent: (string | null)[] = []
  const send = async (mail: { accountId: string | null }) => void sent.push(mail.accountId)
  await using one = startMailWorker({ db, logger, send })
  await using two = startMailWorker({ db, logger, send })
  await Promise.all([one.drain(), two.drain()])
  await eventually(() => sent.length >= 40)
  assert.equal(new Set(sent).size, sent.length)
})
