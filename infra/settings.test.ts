import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Problem } from './problem.ts'
import { freshSecrets } from './secrets.ts'
import { checkSettings } from './settings.ts'

const SERVERS = ['POSTGRES_URL', 'MONGODB_URL', 'REDIS_URL', 'KAFKA_BROKERS']
const surroundings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SERVERS.includes(name)))
const env = { ...surroundings, ...freshSecrets() }

it('good settings pass, also when no server is there yet', async () => {
  await checkSettings(env)
  await checkSettings({ ...env, REDIS_URL: '' })
})

it('all bad settings are named at once, of any part of the application and of given servers', async () => {
  await assert.rejects(
    checkSettings({ ...env, LIMIT_DEPTH: 'deep', MAIL_URL: 'http://mail', POSTGRES_URL: 'mysql://x', CURSOR_SECRET: '' }),
    (error) => {
      assert.ok(error instanceof Problem)
      for (const name of ['LIMIT_DEPTH', 'MAIL_URL', 'POSTGRES_URL', 'CURSOR_SECRET: it is missing'])
        assert.match(error.message, new RegExp(name))
      return error.wayOut.includes('.env.example')
    },
  )
})
