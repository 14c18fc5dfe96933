import { type Namespace, qualify } from '@vibely/kit/namespace'
import type { Redis } from 'ioredis'
import type { Mail } from './mail.ts'

/** A mail that was kept instead of sent. */
export interface CapturedMail extends Mail {
  /** When it would have been sent. */
  readonly at: string
}

/** The mails of an installation that sends none. They lie in Redis, so that every process can show them. */
export interface CapturedMails {
  keep(mail: Mail): Promise<void>
  /** Newest first. @param to only those to this address */
  list(to: string | null): Promise<CapturedMail[]>
}

const KEPT = 200

export function openCapturedMails({ redis, namespace }: { readonly redis: Redis; readonly namespace: Namespace }): CapturedMails {
  const key = qualify(namespace, 'auth:captured_mail')
  return {
    async keep(mail) {
      const captured: CapturedMail = { ...mail, at: new Date().toISOString() }
      await redis
        .multi()
        .lpush(key, JSON.stringify(captured))
        .ltrim(key, 0, KEPT - 1)
        .exec()
    },
    async list(to) {
      const mails = (await redis.lrange(key, 0, KEPT - 1)).map((text) => JSON.parse(text) as CapturedMail)
      return to === null ? mails : mails.filter((mail) => mail.to.toLowerCase() === to.toLowerCase())
    },
  }
}
