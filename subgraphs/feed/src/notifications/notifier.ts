import type { Logger } from '@vibely/kit/logger'
import type { Database } from '@vibely/kit/mongo'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import { openLease } from '@vibely/kit/relay-lease'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import { startWorker, type Worker } from '../worker.ts'
import { announce } from './announce.ts'
import { nextAnnouncements } from './announcements.ts'

const AT_ONCE = 8

/**
 * Turns announcements into notifications. One process of those that run it is active; two at once would only do the same
 * work twice, because each step is one transaction over its announcement.
 * @param onEvents called when notifications may have come
 */
export function startNotifier(options: { readonly database: Database; readonly logger: Logger; readonly onEvents: () => void }): Worker {
  const { client, db } = options.database
  const lease = openLease(db, client, 'feed.notifier')
  const worker = startWorker({
    name: 'feed.notifier',
    logger: options.logger,
    async step() {
      if (!(await lease.hold())) return 'standby'
      const rows = await nextAnnouncements(options.database, AT_ONCE)
      await Promise.all(
        rows.map((row) =>
          inSpan(`announce ${row.what.of}`, { kind: SpanKind.CONSUMER, from: row.trace }, () =>
            inTransaction(client, db, (tx) => announce(tx, row)),
          ),
        ),
      )
      if (rows.length === 0) return 'idle'
      options.onEvents()
      return 'work'
    },
  })
  return {
    wake: worker.wake,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]()
      await lease.release()
    },
  }
}
