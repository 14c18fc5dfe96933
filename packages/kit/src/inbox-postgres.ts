import { type FailureKind, INBOX_DAYS, type Inbox, isUnreachable } from './inbox.ts'
import type { PostgresClient, PostgresTx } from './outbox-postgres.ts'

const TRANSACTION = { maxWait: 5_000, timeout: 20_000 }

/** The inbox of a service whose store is PostgreSQL. */
export function postgresInbox<Tx extends PostgresTx>(prisma: PostgresClient<Tx>): Inbox<Tx> {
  return {
    once: (consumer, eventId, effect) =>
      prisma.$transaction(async (tx) => {
        // A second delivery of the event waits here for the first one's commit.
        const inserted = await tx.$executeRaw`
          INSERT INTO inbox (consumer, event_id) VALUES (${consumer}, ${eventId}::uuid) ON CONFLICT DO NOTHING`
        if (inserted === 0) return 'repeated'
        await effect(tx)
        return 'applied'
      }, TRANSACTION),
    classify: classifyPostgres,
    async probe() {
      await prisma.$queryRaw`SELECT 1`
    },
    purge: async () => prisma.$executeRaw`
      DELETE FROM inbox WHERE (consumer, event_id) IN (
        SELECT consumer, event_id FROM inbox WHERE processed_at < now() - make_interval(days => ${INBOX_DAYS}::int) LIMIT 1000)`,
  }
}

// Prisma's own codes: https://www.prisma.io/docs/orm/reference/error-reference
const PRISMA_KINDS: Readonly<Record<string, FailureKind>> = {
  P1000: 'infrastructure',
  P1001: 'infrastructure',
  P1002: 'infrastructure',
  P1003: 'infrastructure',
  P1008: 'infrastructure',
  P1010: 'infrastructure',
  P1011: 'infrastructure',
  P1017: 'infrastructure',
  P2024: 'infrastructure',
  P2037: 'infrastructure',
  P2000: 'permanent',
  P2002: 'transient',
  P2003: 'transient',
  P2004: 'permanent',
  P2006: 'permanent',
  P2007: 'permanent',
  P2011: 'permanent',
  P2012: 'permanent',
  P2020: 'permanent',
  P2033: 'permanent',
  P2028: 'transient',
  P2034: 'transient',
}
const UNREACHABLE_TEXT =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|unable to start a transaction in the given time|server has closed the connection|can't reach database server|client has encountered a connection error|not queryable/i

/** SQLSTATE by class: https://www.postgresql.org/docs/15/errcodes-appendix.html */
function bySqlState(code: string): FailureKind | undefined {
  switch (code.slice(0, 2)) {
    case '08': // connection
    case '53': // out of connections, disk or memory
    case '58': // I/O of the server
    case '3D': // no such database
    case '28': // refused login
      return 'infrastructure'
    case '57': // ended by the operator; a cancelled statement alone is worth a try
      return code === '57014' ? 'transient' : 'infrastructure'
    case '25': // read-only after a failover, or ended as idle
      return code === '25006' ? 'infrastructure' : 'transient'
    case '40': // serialisation, deadlock
    case '55': // lock not to be had
      return 'transient'
    case '23': // constraint: missing and wrong values stay wrong, a row of another writer may come or go
      return code === '23502' || code === '23514' ? 'permanent' : 'transient'
    case '22': // data
    case '42': // statement
      return 'permanent'
    default:
      return undefined
  }
}

/** What an error of Prisma, its adapter or pg means. Looks through causes, the innermost knowing best. */
export function classifyPostgres(error: unknown): FailureKind | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, cause, meta, message, originalCode } = error as Readonly<Record<string, unknown>>
  const inner = classifyPostgres(cause) ?? classifyPostgres((meta as Readonly<Record<string, unknown>> | undefined)?.driverAdapterError)
  if (inner) return inner
  for (const known of [originalCode, code]) {
    if (typeof known !== 'string') continue
    if (isUnreachable(known)) return 'infrastructure'
    if (/^[0-9A-Z]{5}$/.test(known) && !/^P[12]\d{3}$/.test(known)) {
      const kind = bySqlState(known)
      if (kind) return kind
    }
  }
  if (typeof message === 'string' && UNREACHABLE_TEXT.test(message)) return 'infrastructure'
  return typeof code === 'string' ? PRISMA_KINDS[code] : undefined
}
