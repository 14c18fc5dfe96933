import { createTransport } from 'nodemailer'
import type { SendMail } from './mail.ts'

const TIMEOUT_MS = 15_000

/** Sends through an SMTP server over kept-alive connections. Dispose it to close them. */
export function openSmtp({ url, from }: { readonly url: string; readonly from: string }): { readonly send: SendMail } & Disposable {
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS }
  const transport = createTransport({ url, pool: true, ...timeouts })
  return {
    async send(mail) {
      await transport.sendMail({ from, ...mail })
    },
    [Symbol.dispose]: () => transport.close(),
  }
}
