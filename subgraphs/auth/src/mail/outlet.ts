import { EnvError } from '@vibely/kit/env'
import type { Subgraph } from '@vibely/kit/subgraph'
import type { Redis } from 'ioredis'
import type { AuthEnv } from '../env.ts'
import { openCapturedMails } from './captured.ts'
import type { SendMail } from './mail.ts'
import { mailPages } from './pages.ts'
import { openSmtp } from './smtp.ts'

/** Where mails leave: an SMTP server, or the list of captured mails with pages that show it. */
export interface Outlet extends Disposable {
  readonly send: SendMail
  /** @param drain sends what is queued, so that the pages are up to date */
  pages(drain: () => Promise<void>): NonNullable<Subgraph['pages']>
}

type OutletEnv = Pick<AuthEnv, 'MAIL_URL' | 'MAIL_FROM' | 'NODE_ENV' | 'VIBELY_NAMESPACE'>

/** @throws EnvError in production without a server: mails must not be readable by whoever finds a page */
export function openOutlet({ MAIL_URL, MAIL_FROM, NODE_ENV, VIBELY_NAMESPACE }: OutletEnv, redis: Redis): Outlet {
  if (MAIL_URL !== undefined) return { ...openSmtp({ url: MAIL_URL, from: MAIL_FROM }), pages: () => ({}) }
  if (NODE_ENV === 'production') throw new EnvError('The environment is not usable:\n  MAIL_URL: needed in production')
  const captured = openCapturedMails({ redis, namespace: VIBELY_NAMESPACE })
  return { send: captured.keep, pages: (drain) => mailPages(captured, drain), [Symbol.dispose]: () => undefined }
}
