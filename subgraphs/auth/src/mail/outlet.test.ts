import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { openOutlet } from './outlet.ts'

const namespace = freshNamespace()
const redis = new Redis(servers().REDIS_URL)
after(async () => {
  await redis.del(`${namespace}auth:captured_mail`)
  redis.disconnect()
})
const env = { NODE_ENV: 'test', VIBELY_NAMESPACE: namespace, MAIL_FROM: 'no-reply@vibely.example', MAIL_URL: undefined } as const
const nothing = async () => undefined

test('captured mails are listed newest first, by address, and at most 200', async () => {
  using outlet = openOutlet(env, redis)
  for (let index = 0; index < 205; index++) {
    await outlet.send({
      to: index % 2 ? 'Odd@example.org' : 'even@example.org',
      subject: `<b>${index}</b>`,
      text: 'see https://vibely.example/?token=1&x',
      html: '',
    })
  }
  const pages = outlet.pages(nothing)
  const json = async (query = '') => JSON.parse((await pages['/dev/mail.json']?.(new URLSearchParams(query)))?.body ?? '')
  const all = await json()
  assert.deepEqual([all.length, all[0].subject], [200, '<b>204</b>'])
  assert.deepEqual(Object.keys(all[0]).sort(), ['at', 'html', 'subject', 'text', 'to'])
  assert.ok((await json('to=odd@EXAMPLE.org')).every((mail: { to: string }) => mail.to === 'Odd@example.org'))

  const html = (await pages['/dev/mail']?.(new URLSearchParams()))?.body ?? ''
  assert.ok(html.includes('&#60;b&#62;204') && !html.includes('<b>'), 'what stands in a mail is text on the page')
  assert.ok(html.includes('href="https://vibely.example/?token=1&#38;x"'))
})

test('the pages do not exist in production, nor where mails are really sent', () => {
  assert.throws(() => openOutlet({ ...env, NODE_ENV: 'production' }, redis), { name: 'EnvError', message: /MAIL_URL/ })
  for (const NODE_ENV of ['production', 'development'] as const) {
    using outlet = openOutlet({ ...env, NODE_ENV, MAIL_URL: 'smtp://127.0.0.1:1' }, redis)
    assert.deepEqual(outlet.pages(nothing), {})
  }
})
