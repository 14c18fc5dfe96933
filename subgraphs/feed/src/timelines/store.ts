import { deterministicId, idTime } from '@vibely/kit/ids'
import { type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type CopyRow, keepNewest } from '@vibely/kit/projection-mongo'
import type { Filter } from 'mongodb'
import type { Visibility } from './visibility.ts'

/** One activity of a member, stored once whoever reads it. */
export interface Item {
  /** Follows from the subject's id, so that a repeated event finds the same item. */
  readonly id: string
  readonly verb: 'REVIEWED'
  readonly subjectId: string
  readonly authorId: string
  readonly workId: string
  /** Genres of the work when the piece was written. */
  readonly genreIds: readonly string[]
  readonly visibility: Visibility
  readonly excerpt: string | null
  readonly occurredAt: Date
}

/** A live item, or the tombstone of one: then only ids and version count. */
type ItemRow = CopyRow &
  ((Omit<Item, 'id'> & { readonly deleted: false }) | { readonly deleted: true; readonly subjectId: string; readonly authorId: string })

/** A place in a timeline: newest first, ties by id. */
export interface ItemPlace {
  readonly occurredAt: Date
  readonly id: string
}

/** Which items of whom; a query of one index scan an author. */
export interface ItemScope {
  readonly authorIds: readonly string[]
  readonly visibilities?: readonly Visibility[]
  /** Items of any of these genres; absent for all items. */
  readonly genreIds?: readonly string[]
}

export interface ItemPage {
  readonly from: ItemPlace | null
  readonly backward: boolean
  readonly limit: number
}

// Up to this many authors MongoDB merges index scans that are in order already, instead of sorting what it found.
const AUTHORS_A_QUERY = 150

const items = ({ db }: Source) => db.collection<ItemRow>('feed_items')

/** The id of the item that stands for a piece. */
export const itemId = (subjectId: string): string => deterministicId('feed_item', subjectId, idTime(subjectId) ?? new Date(0))

/** @returns false when a later state was known */
export const saveItem = (tx: MongoTx, item: Omit<Item, 'id'>, version: number): Promise<boolean> =>
  keepNewest<ItemRow>(tx, 'feed_items', { ...item, _id: itemId(item.subjectId), deleted: false, version })

/** Leaves a tombstone. @returns false when a later state was known */
export const removeItem = (
  tx: MongoTx,
  piece: { readonly subjectId: string; readonly authorId: string },
  version: number,
): Promise<boolean> => keepNewest<ItemRow>(tx, 'feed_items', { ...piece, _id: itemId(piece.subjectId), deleted: true, version })

/** Takes the texts out of a member's items. */
export async function forgetExcerpts(tx: MongoTx, authorId: string): Promise<void> {
  await items(tx).updateMany({ authorId, excerpt: { $type: 'string' } }, { $set: { excerpt: null } }, { session: tx.session })
}

export async function findItem(source: Source, id: string): Promise<Item | null> {
  const row = await items(source).findOne({ _id: id }, within(source))
  return row ? (present(row).at(0) ?? null) : null
}

/** Live items of these authors since a time, newest first. */
export async function itemsSince(
  source: Source,
  { authorIds, since, limit }: { readonly authorIds: readonly string[]; readonly since: Date; readonly limit: number },
): Promise<Item[]> {
  const rows = await items(source)
    .find({ authorId: { $in: [...authorIds] }, deleted: false, occurredAt: { $gte: since } }, within(source))
    .sort({ occurredAt: -1, _id: -1 })
    .limit(limit)
    .toArray()
  return rows.flatMap(present)
}

/** One page of the union of scopes that share no item, in the direction of the page. */
export async function itemsIn(source: Source, scopes: readonly ItemScope[], page: ItemPage): Promise<Item[]> {
  const parts = await Promise.all(scopes.flatMap(splitByAuthors).map((scope) => itemsOf(source, scope, page)))
  const direction = page.backward ? 1 : -1
  return parts
    .flat()
    .sort((a, b) => direction * (a.occurredAt.getTime() - b.occurredAt.getTime() || (a.id < b.id ? -1 : 1)))
    .slice(0, page.limit)
}

/** The live items of these ids that lie in any of the scopes. */
export async function pickItems(source: Source, scopes: readonly ItemScope[], ids: readonly string[]): Promise<Item[]> {
  if (scopes.length === 0) return []
  const rows = await items(source)
    .find({ _id: { $in: [...ids] }, $or: scopes.map(inScope) })
    .toArray()
  return rows.flatMap(present)
}

async function itemsOf(source: Source, scope: ItemScope, { from, backward, limit }: ItemPage): Promise<Item[]> {
  const rows = await items(source)
    .find({ ...inScope(scope), ...(from && beyond(from, backward)) })
    .sort(backward ? { occurredAt: 1, _id: 1 } : { occurredAt: -1, _id: -1 })
    .limit(limit)
    .toArray()
  return rows.flatMap(present)
}

function splitByAuthors(scope: ItemScope): ItemScope[] {
  const parts: ItemScope[] = []
  for (let start = 0; start < scope.authorIds.length; start += AUTHORS_A_QUERY) {
    parts.push({ ...scope, authorIds: scope.authorIds.slice(start, start + AUTHORS_A_QUERY) })
  }
  return parts
}

const inScope = ({ authorIds, visibilities, genreIds }: ItemScope): Filter<ItemRow> => ({
  authorId: { $in: [...authorIds] },
  deleted: false,
  ...(visibilities && { visibility: { $in: [...visibilities] } }),
  ...(genreIds && { genreIds: { $in: [...genreIds] } }),
})

const beyond = ({ occurredAt, id }: ItemPlace, backward: boolean): Filter<ItemRow> =>
  backward
    ? { occurredAt: { $gte: occurredAt }, $or: [{ occurredAt: { $gt: occurredAt } }, { _id: { $gt: id } }] }
    : { occurredAt: { $lte: occurredAt }, $or: [{ occurredAt: { $lt: occurredAt } }, { _id: { $lt: id } }] }

const present = (row: ItemRow): Item[] => {
  if (row.deleted) return []
  const { _id: id, version: _, deleted: __, ...item } = row
  return [{ id, ...item }]
}
