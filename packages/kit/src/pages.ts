import { createHmac, timingSafeEqual } from 'node:crypto'
import { fault } from './errors.ts'

/** Arguments of a Relay connection (https://relay.dev/graphql/connections.htm). */
export interface PageInput {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

/** A page to fetch: `limit` rows from `cursor` on, in list order or against it. */
export interface PageArgs {
  readonly limit: number
  readonly backward: boolean
  readonly cursor: string | null
}

/**
 * Checks the page arguments: `first`/`after` or `last`/`before`, never both.
 * @throws Fault BAD_USER_INPUT
 */
export function pageArgs(input: PageInput, size: { readonly default: number; readonly max: number } = { default: 20, max: 100 }): PageArgs {
  const forward = input.first != null || input.after != null
  const backward = input.last != null || input.before != null
  if (forward && backward) throw fault('BAD_USER_INPUT', 'Page with first and after, or with last and before, not with both.')
  const limit = (backward ? input.last : input.first) ?? size.default
  if (limit < 1 || limit > size.max) {
    throw fault('BAD_USER_INPUT', `\`${backward ? 'last' : 'first'}\` must be from 1 to ${size.max}.`)
  }
  return { limit, backward, cursor: (backward ? input.before : input.after) ?? null }
}

/** A part of a sort key: what JSON keeps as it is. */
export type KeyPart = string | number | boolean | null

export interface Cursors {
  /** An opaque, signed cursor for a place in a list. `list` names list and viewer: a cursor of another list is refused. */
  encode(list: string, key: readonly KeyPart[]): string
  /**
   * The sort key behind a cursor.
   * @throws Fault INVALID_CURSOR when it is forged or of another list
   */
  decode(list: string, cursor: string): readonly KeyPart[]
}

const SIGNATURE_BYTES = 12

/** Cursors signed with HMAC-SHA-256, cut to 96 bits. The list's name is signed but not sent. */
export function openCursors(secret: string): Cursors {
  const sign = (list: string, body: Buffer) =>
    createHmac('sha256', secret).update(list).update('\0').update(body).digest().subarray(0, SIGNATURE_BYTES)
  return {
    encode(list, key) {
      const body = Buffer.from(JSON.stringify(key))
      return Buffer.concat([sign(list, body), body]).toString('base64url')
    },
    decode(list, cursor) {
      const bytes = Buffer.from(cursor, 'base64url')
      const body = bytes.subarray(SIGNATURE_BYTES)
      if (body.length === 0 || !timingSafeEqual(sign(list, body), bytes.subarray(0, SIGNATURE_BYTES))) throw fault('INVALID_CURSOR')
      return JSON.parse(body.toString()) as KeyPart[]
    },
  }
}

export interface Connection<Node> {
  readonly edges: { readonly cursor: string; readonly node: Node }[]
  readonly nodes: Node[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/**
 * A connection from rows that were fetched with `limit + 1`, in the direction of the query.
 * As Relay allows, the far side is told only where it costs nothing: a cursor proves that something lies behind it.
 */
export function connection<Row>(rows: readonly Row[], page: PageArgs, cursorOf: (row: Row) => string): Connection<Row> {
  const more = rows.length > page.limit
  const nodes = rows.slice(0, page.limit)
  if (page.backward) nodes.reverse()
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }))
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: page.backward ? page.cursor !== null : more,
      hasPreviousPage: page.backward ? more : page.cursor !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
