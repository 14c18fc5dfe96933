import { createHash } from 'node:crypto'
import { type Book, randBook, seed } from '@ngneat/falso'
import type { SourceWork } from './source.ts'

/**
 * The books of the npm package `@ngneat/falso`: 140 classics with author and category. It gives them only at random, so they are
 * drawn until all are there. Found and handled:
 *
 * - One row names two authors (`Geoffrey Willans and Ronald Searle`): two people.
 * - Initials have no stops (`JRR Tolkien`, `Philip K Dick`): they get them.
 * - Names and titles have lost their accents (`Emily Bronte`, `Les Miserables`), some a letter or an article
 *   (`The Smarest Kid on Earth`, `Judgment in Stone`), and Frank Herbert has got a middle initial: a list puts them right.
 * - Apostrophes are typographic here and plain in the films: plain everywhere, so that one search finds both.
 * - There is no year, length or measure of renown. The last one is made up from the title.
 */
export type BookRow = Readonly<Pick<Book, 'title' | 'author' | 'category'>>

// So many draws miss one of 140 books with a chance of less than one in ten billion, and the seed makes it never or always.
const DRAWS = 5_000

/** All rows of the installed package, by title and author. */
export function readBookRows(): BookRow[] {
  seed('vibely')
  const drawn = randBook({ length: DRAWS })
  // Without an argument falso is random again, for whoever draws next.
  seed()
  const rows = new Map(drawn.map((row) => [`${row.title}/${row.author}`, row]))
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

/** The books that the rows tell of. */
export const booksOf = (rows: readonly BookRow[]): SourceWork[] =>
  rows.map(({ title, author, category }) => ({
    sourceId: `falso/books/${title}/${author}`,
    mediaType: 'BOOK',
    title: correct(title).replaceAll('’', "'"),
    releasedOn: null,
    runtimeMinutes: null,
    genres: [CATEGORIES[category ?? ''] ?? ''].filter(Boolean),
    people: author.split(' and ').map((name) => ({ name: withStops(correct(name)), role: 'AUTHOR' as const })),
    renown: madeUpRenown(title),
  }))

/** Initials with stops: `JRR Tolkien` is `J. R. R. Tolkien`. */
const withStops = (name: string): string =>
  name.replace(/(?<=^| )[A-Z]{1,3}(?= )/g, (initials) => [...initials].map((initial) => `${initial}.`).join(' '))

const CATEGORIES: Readonly<Record<string, string>> = {
  Comedy: 'comedy',
  Crime: 'crime',
  'Family and Self': 'family-and-self',
  Love: 'romance',
  'Science Fiction and Fantasy': 'speculative-fiction',
  'State of the Nation': 'state-of-the-nation',
  'War and Travel': 'war-and-travel',
}

const CORRECTIONS: Readonly<Record<string, string>> = {
  'Charlotte Bronte': 'Charlotte Brontë',
  'Emile Zola': 'Émile Zola',
  'Emily Bronte': 'Emily Brontë',
  'Frank L Herbert': 'Frank Herbert',
  'Gabriel Garcia Marquez': 'Gabriel García Márquez',
  'Honore de Balzac': 'Honoré de Balzac',
  'Jaroslav Hasek': 'Jaroslav Hašek',
  'Jimmy Corrigan, The Smarest Kid on Earth': 'Jimmy Corrigan, The Smartest Kid on Earth',
  'John le Carre': 'John le Carré',
  'Judgment in Stone': 'A Judgement in Stone',
  'Le Pere Goriot': 'Le Père Goriot',
  'Les Miserables': 'Les Misérables',
  'Pierre-Ambroise-Francois Choderlos de Laclos': 'Pierre-Ambroise-François Choderlos de Laclos',
  'The Good Soldier Svejk': 'The Good Soldier Švejk',
  'The Hitchhikers Guide to the Galaxy': "The Hitchhiker's Guide to the Galaxy",
}

const correct = (text: string): string => CORRECTIONS[text] ?? text

const MOST_RENOWN = 400_000

/** The same for a title every time, and spread among the films, so that neither medium hides the other. */
const madeUpRenown = (title: string): number => createHash('sha256').update(title).digest().readUInt32BE() % MOST_RENOWN
