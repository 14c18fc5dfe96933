import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { openSmtp } from './smtp.ts'
import { verificationMail } from './verification-mail.ts'

const mail = verificationMail({ to: 'ada@example.org', username: 'ada', token: 'T-0_k', publicUrl: 'https://vibely.example' })

/** A mail server that keeps what it gets, on a free port. */
async function smtpServer(accept = true) {
  const received: { from: string; to: string[]; source: string }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let source = ''
      stream.on('data', (chunk: Buffer) => {
        source += chunk.toString()
      })
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), source })
        done(accept ? null : new Error('mailbox full'))
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}

test('a mail goes out with both parts and the link', async () => {
  await using server = await smtpServer()
  using smtp = openSmtp({ url: server.url, from: 'Vibely <no-reply@vibely.example>' })
  await smtp.send(mail)
  const [got] = server.received
  assert.deepEqual([got?.from, got?.to], ['no-reply@vibely.example', ['ada@example.org']])
  const source = (got?.source ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=')
  assert.match(source, /^Subject: Confirm your address for Vibely\r$/m)
  assert.match(source, /text\/plain[\s\S]*https:\/\/vibely\.example\/verify-email\?token=T-0_k[\s\S]*text\/html/)
})

test('a refused mail and a server that is away are failures', async () => {
  await using server = await smtpServer(false)
  using refusing = openSmtp({ url: server.url, from: 'no-reply@vibely.example' })
  await assert.rejects(refusing.send(mail), /mailbox full/)
  using away = openSmtp({ url: 'smtp://127.0.0.1:1', from: 'no-reply@vibely.example' })
  await assert.rejects(away.send(mail), /ECONNREFUSED/)
})
