import pg from 'pg'
import type { PostgresClient, PostgresTx } from '../../src/outbox-postgres.ts'

const statement = (query: TemplateStringsArray) => query.reduce((text, part, i) => `${text}$${i}${part}`)

const over = (run: (text: string, values: unknown[]) => Promise<pg.QueryResult>): PostgresTx => ({
  $queryRaw: async <T>(query: TemplateStringsArray, ...values: unknown[]) => (await run(statement(query), values)).rows as T,
  $executeRaw: async (query, ...values) => (await run(statement(query), values)).rowCount ?? 0,
})

/** The part of a Prisma client that the backbone uses, over a plain pool: the kit has no Prisma schema of its own. */
export function openPg(connectionString: string): PostgresClient & AsyncDisposable {
  const pool = new pg.Pool({ connectionString, max: 20, connectionTimeoutMillis: 3_000 })
  // The pool replaces a connection that breaks; whoever used it gets the error.
  pool.on('error', () => undefined)
  return {
    ...over((text, values) => pool.query(text, values)),
    async $transaction(work) {
      const client = await pool.connect()
      let broken: Error | undefined
      const onError = (error: Error) => {
        broken = error
      }
      client.on('error', onError)
      const query = (text: string, values: unknown[] = []) => client.query(text, values)
      try {
        await query('BEGIN')
        const result = await work(over(query))
        await query('COMMIT')
        return result
      } catch (error) {
        await query('ROLLBACK').catch((failure: Error) => {
          broken ??= failure
        })
        throw error
      } finally {
        client.off('error', onError)
        client.release(broken)
      }
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
