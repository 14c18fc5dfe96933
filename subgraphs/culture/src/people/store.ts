import { findByIds, insertNew, type Source } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'

/** Someone who contributed to works. */
export interface Person {
  readonly _id: string
  readonly name: string
}

export const findPeople = (source: Source, ids: readonly string[]): Promise<Person[]> => findByIds<Person>(source, 'people', ids)

/** Inserts the people who are new. */
export const insertPeople = (tx: MongoTx, people: readonly Person[]): Promise<Person[]> => insertNew(tx, 'people', people)
