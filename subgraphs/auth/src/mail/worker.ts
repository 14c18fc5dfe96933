import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@vibely/kit/logger'
import type { Db } from '../db.ts'
import { postpone, type QueuedMail, settle, takeDue } from './queue.ts'

/** Sends the queued mails until disposed. */
export interface MailWorker extends AsyncDisposable {
  /** Looks at the queue now: after a commit it saves the wait for the next look. */
  wake(): void
  /** Sends what is due at this moment. */
  drain(): Promise<void>
}

const POLL_MS = 1_000
const MAX_ATTEMPTS = 12
const FIRST_PAUSE_SECONDS = 30
const LAST_PAUSE_SECONDS = 6 * 3_600

/** Seconds until the next try, after this many: half a minute, doubling up to six hours. A mail is given up after about a day. */
const pauseAfter = (attempts: number) => Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), LAST_PAUSE_SECONDS)

/** What may be logged of a failure: a mail server's answer often repeats the address. */
const reasonOf = (error: unknown): string => (error instanceof Error ? ('code' in error ? String(error.code) : error.name) : 'unknown')

/**
 * Starts a worker; any number may run.
 * @param send makes and sends the mail; a repeat sends it twice
 */
export function startMailWorker({
  db,
  send,
  logger,
}: {
  readonly db: Db
  readonly send: (mail: QueuedMail) => Promise<void>
  readonly logger: Logger
}): MailWorker {
  const stop = new AbortController()
  let endWait = () => {}

  const deliver = async (mail: QueuedMail) => {
    try {
      await send(mail)
      await settle(db, mail.id)
    } catch (error) {
      const about = { reason: reasonOf(error), mail: mail.id.toString(), attempts: mail.attempts }
      if (mail.attempts >= MAX_ATTEMPTS) {
        logger.error(about, 'mail given up')
        await settle(db, mail.id)
      } else {
        logger.warn(about, 'mail not sent, trying again later')
        await postpone(db, mail.id, pauseAfter(mail.attempts))
      }
    }
  }
  const sendDue = async () => {
    for (;;) {
      const due = await takeDue(db)
      if (due.length === 0) return
      await Promise.all(due.map(deliver))
    }
  }
  // One after the other, so that who waits also waits for the mails that are on their way.
  let last = Promise.resolve()
  const drain = () => {
    const next = last.then(sendDue)
    last = next.catch(() => undefined)
    return next
  }
  const run = async () => {
    while (!stop.signal.aborted) {
      const woken = new AbortController()
      endWait = () => woken.abort()
      await drain().catch((error: unknown) => logger.warn({ err: error }, 'mail queue not readable, trying again'))
      await sleep(POLL_MS, undefined, { signal: AbortSignal.any([woken.signal, stop.signal]) }).catch(() => undefined)
    }
  }

  const ended = run()
  return {
    wake: () => endWait(),
    drain,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}
