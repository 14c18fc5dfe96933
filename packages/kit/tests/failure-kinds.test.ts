import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MongoClient, MongoNetworkError, MongoServerError } from 'mongodb'
import { classifyMongo } from '../src/inbox-mongo.ts'
import { classifyPostgres } from '../src/inbox-postgres.ts'
import { openPg } from './backbone/pg-client.ts'

// As Prisma 7.9 with its pg adapter was seen to throw them.
const raw = (code: string, message: string, kind = 'postgres') =>
  Object.assign(new Error(`Raw query failed. Code: \`${code}\`. Message: \`${message}\``), {
    code: 'P2010',
    meta: { driverAdapterError: { name: 'DriverAdapterError', cause: { originalCode: code, originalMessage: message, kind } } },
  })
const prisma = (code: string, message: string) => Object.assign(new Error(message), { code, meta: {} })

describe('what a failure of PostgreSQL means', () => {
  const kinds = [
    [raw('57P01', 'terminating connection due to administrator command'), 'infrastructure'],
    [raw('N/A', 'Server has closed the connection.', 'ConnectionClosed'), 'infrastructure'],
    [prisma('P1017', 'Server has closed the connection.'), 'infrastructure'],
    [prisma('P2028', 'Transaction API error: Unable to start a transaction in the given time.'), 'infrastructure'],
    [new Error('Client has encountered a connection error and is not queryable'), 'infrastructure'],
    [raw('25006', 'cannot execute INSERT in a read-only transaction'), 'infrastructure'],
    [raw('53100', 'could not extend file: No space left on device'), 'infrastructure'],
    [prisma('P2028', 'Transaction already closed: the timeout was 200 ms'), 'transient'],
    [prisma('P2034', 'Transaction failed due to a write conflict or a deadlock'), 'transient'],
    [raw('40P01', 'deadlock detected'), 'transient'],
    [raw('23505', 'duplicate key value violates unique constraint', 'UniqueConstraintViolation'), 'transient'],
    [raw('23502', 'null value in column'), 'permanent'],
    [raw('22P02', 'invalid input syntax for type uuid'), 'permanent'],
    [raw('42P01', 'relation "nowhere" does not exist', 'TableDoesNotExist'), 'permanent'],
    [new Error('a bug'), undefined],
    [undefined, undefined],
  ] as const
  for (const [error, kind] of kinds) {
    it(`${kind ?? 'nothing of its own'}: ${error?.message ?? error}`, () => assert.equal(classifyPostgres(error), kind))
  }

  it('infrastructure: a server that is not there', async () => {
    await using db = openPg('postgres://postgres@127.0.0.1:1/none')
    await assert.rejects(
      async () => db.$queryRaw`SELECT 1`,
      (error) => classifyPostgres(error) === 'infrastructure',
    )
  })
})

describe('what a failure of MongoDB means', () => {
  const server = (code: number) => new MongoServerError({ message: `code ${code}`, code })
  const kinds = [
    [new MongoNetworkError('connection closed'), 'infrastructure'],
    [Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' }), 'infrastructure'],
    [server(10107), 'infrastructure'],
    [server(91), 'infrastructure'],
    [server(112), 'transient'],
    [server(11000), 'transient'],
    [server(121), 'permanent'],
    [new Error('a bug'), undefined],
  ] as const
  for (const [error, kind] of kinds) it(`${kind ?? 'nothing of its own'}: ${error.message}`, () => assert.equal(classifyMongo(error), kind))

  it('infrastructure: a server that is not there', async () => {
    const client = new MongoClient('mongodb://127.0.0.1:1/', { serverSelectionTimeoutMS: 200 })
    await assert.rejects(client.db('none').command({ ping: 1 }), (error) => classifyMongo(error) === 'infrastructure')
    await client.close()
  })
})
