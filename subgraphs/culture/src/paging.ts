import type { Source } from '@vibely/kit/mongo'
import { type Connection, type Cursors, connection, type KeyPart, type PageInput, pageArgs } from '@vibely/kit/pages'
import DataLoader from 'dataloader'
import type { Document } from 'mongodb'

/** Fields that order a list, most important first; together they are unique in it. */
export type Order = Readonly<Record<string, 1 | -1>>

/** A stretch of a list: `limit` rows behind `place`, in list order or against it. */
export interface Window {
  readonly order: Order
  readonly place: readonly KeyPart[] | null
  readonly backward: boolean
  readonly limit: number
}

/** A page of a list, which can also tell how long the list is. */
export interface Page<Item> extends Connection<Item> {
  readonly count: () => Promise<number>
}

/** `totalCount` of every connection; counted only when asked for. */
export const Counted = {
  totalCount: async ({ count }: { readonly count: () => Promise<number> }) => ({ value: await count(), exact: true }),
}

/** A list that is paged: its name goes into the signature of its cursors. */
export interface Listing<Item> {
  readonly name: string
  readonly order: Order
  readonly read: (window: Window) => Promise<readonly Item[]>
  readonly count: () => Promise<number>
}

/** Reads the page that the arguments ask for. @throws Fault BAD_USER_INPUT, INVALID_CURSOR */
export async function pageOf<Item>(cursors: Cursors, { name, order, read, count }: Listing<Item>, input: PageInput): Promise<Page<Item>> {
  const args = pageArgs(input)
  const place = args.cursor === null ? null : cursors.decode(name, args.cursor)
  const items = await read({ order, place, backward: args.backward, limit: args.limit + 1 })
  return { ...connection(items, args, (item) => cursors.encode(name, placeOf(order, item))), count }
}

/** Where an item stands in its list. */
const placeOf = (order: Order, item: unknown): KeyPart[] => Object.keys(order).map((path) => valueAt(item, path))

const valueAt = (item: unknown, path: string): KeyPart =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], item) as KeyPart

/** The window as stages of an aggregation, behind its `$match`. */
export function windowStages({ order, place, backward, limit }: Window): Document[] {
  const directed = Object.entries(order).map(([path, direction]) => [path, backward ? -direction : direction] as const)
  const behind = place ? [{ $match: behindPlace(directed, place) }] : []
  return [...behind, { $sort: Object.fromEntries(directed) }, { $limit: limit }]
}

/** Rows behind a place: greater in the first part that differs. */
function behindPlace(directed: readonly (readonly [string, number])[], place: readonly KeyPart[]): Document {
  const alternatives = directed.map(([path, direction], index) => ({
    ...Object.fromEntries(directed.slice(0, index).map(([equal], part) => [equal, place[part]])),
    [path]: { [direction === 1 ? '$gt' : '$lt']: place[index] },
  }))
  const [first] = directed
  // Says nothing new, but lets the index start at the place instead of at the end of the list.
  const bound = first ? { [first[0]]: { [first[1] === 1 ? '$gte' : '$lte']: place[0] } } : {}
  return { ...bound, $or: alternatives }
}

/** A list that hangs on a parent, for example the reviews of a work. */
export interface ChildList {
  readonly parent: string
  /** Values of the foreign field that belong to the parent; usually just its id. */
  readonly values?: readonly string[]
  /** Condition on the rows, or on what the loader's stages make of them. */
  readonly filter: Document
}

export interface ChildLoader<Item> {
  read(list: ChildList, window: Window): Promise<readonly Item[]>
  count(list: ChildList): Promise<number>
}

/**
 * Pages of lists in lists without a query for each parent: what is alike but for the parent becomes one aggregation, in
 * which every parent's page is an index scan of that length.
 * @param child.stages what happens to the rows ahead of the page; `$$parent` is the parent's id
 */
export function childLoader<Item>(
  source: Source,
  child: { readonly collection: string; readonly field: string; readonly stages?: readonly Document[] },
): ChildLoader<Item> {
  const loader = new DataLoader<{ list: ChildList; tail: readonly Document[] }, Document[], string>(
    async (asked) => {
      const found = new Map<unknown, Document[]>()
      const alike = Map.groupBy(asked, ({ list, tail }) => JSON.stringify([list.filter, tail]))
      for (const group of alike.values()) {
        const [{ list, tail }] = group as [(typeof group)[number]]
        const pipeline = [...(child.stages ?? []), { $match: list.filter }, ...tail]
        const parents = group.map((one) => one.list)
        const rows = await source.db.aggregate(childPages(child.collection, child.field, parents, pipeline)).toArray()
        group.forEach((one, index) => void found.set(one, rows[index]?.items ?? []))
      }
      return asked.map((one) => found.get(one) ?? [])
    },
    { cacheKeyFn: ({ list, tail }) => JSON.stringify([list, tail]) },
  )
  return {
    read: (list, window) => loader.load({ list, tail: windowStages(window) }) as Promise<Document[]> as Promise<Item[]>,
    count: async (list) => (await loader.load({ list, tail: [{ $count: 'count' }] })).at(0)?.count ?? 0,
  }
}

/** One aggregation that runs a pipeline for each parent; answers are in the parents' order. */
export const childPages = (collection: string, field: string, parents: readonly ChildList[], pipeline: readonly Document[]): Document[] => [
  { $documents: parents.map(({ parent, values }) => ({ parent, values: values ?? [parent] })) },
  { $lookup: { from: collection, localField: 'values', foreignField: field, let: { parent: '$parent' }, pipeline, as: 'items' } },
  { $project: { items: 1 } },
]
