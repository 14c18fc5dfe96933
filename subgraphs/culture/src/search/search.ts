import type { Source } from '@vibely/kit/mongo'
import { sortTitle } from '../works/sort-title.ts'
import { countMatches, type TextQuery } from './store.ts'

/** A search that was understood: its hits are read by the page. */
export interface Search {
  readonly query: TextQuery
  readonly tookMs: number
}

/** Words as the text index knows them: letters and digits, also those with marks. */
const wordsOf = (text: string): string[] => text.normalize('NFC').match(/[\p{L}\p{N}\p{M}'’]+/gu) ?? []

/**
 * Understands a query: all of its words must be there; when nothing has them all, one is enough.
 * @returns null for a query without a word
 */
export async function search(source: Source, text: string): Promise<Search | null> {
  const started = performance.now()
  const words = wordsOf(text)
  if (words.length === 0) return null
  const exact = sortTitle(text)
  const strict = { text: words.map((word) => `"${word}"`).join(' '), exact }
  const query = (await countMatches(source, strict)) > 0 ? strict : { text: words.join(' '), exact }
  return { query, tookMs: Math.round(performance.now() - started) }
}
