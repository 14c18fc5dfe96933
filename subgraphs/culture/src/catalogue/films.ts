import { readFile } from 'node:fs/promises'
import { repairMojibake } from './mojibake.ts'
import { slugOf } from './slug.ts'
import type { SourceWork } from './source.ts'

/**
 * The films of the npm package `vega-datasets` (`movies.json`, 3,201 rows), which keeps its errors on purpose. Found and handled:
 *
 * - One row has no title: it is left out.
 * - Nine titles are numbers (1941, 300, 2012 …): they are text.
 * - Eighteen titles were Windows-1252 read as Mac Roman (`LÈon`, `Les BronzÈs`, `2Ω`): put right.
 * - Four titles end in an article (`Charge of the Light Brigade, The`), six in a note on year or edition
 *   (`King Kong (1933)`, `Fantasia 2000 (IMAX)`), two have doubled blanks: put right. After that, one film is there twice.
 * - Twenty-two dates lie in the future, up to 2046: two-digit years that were resolved a century late. The rows were collected
 *   in 2010; the latest true date is in December 2011.
 * - 31 December stands 87 times and 1 January 18 times, where some nine would do: day and month are placeholders there, and
 *   only the year is kept. The format itself (`Jun 12 1998`) is the same everywhere.
 * - 275 rows have no genre: the creative type tells one for 15 of them, the rest stay without.
 * - 1,331 rows have no director and 1,992 no running time: unknown, not zero.
 * - 36 pairs of films, often remakes, share rating and number of votes to the digit, so one of each pair has the other's.
 *   Ratings are not taken over at all: scores here are members' own. Votes only order what nobody has touched.
 * - Takings of 0 stand for unknown, and MPAA has no rating `Open`: neither is taken over.
 */
export interface FilmRow {
  readonly Title: string | number | null
  readonly 'Release Date': string
  readonly 'Running Time min': number | null
  readonly 'Major Genre': string | null
  readonly 'Creative Type': string | null
  readonly Director: string | null
  readonly 'IMDB Votes': number | null
}

/** The rows as the installed package has them. */
export async function readFilmRows(): Promise<FilmRow[]> {
  const file = new URL('../data/movies.json', import.meta.resolve('vega-datasets'))
  return JSON.parse(await readFile(file, 'utf8')) as FilmRow[]
}

/** The films that the rows tell of, each once. */
export function filmsOf(rows: readonly FilmRow[]): SourceWork[] {
  const films = new Map<string, SourceWork>()
  for (const row of rows) {
    const film = filmOf(row)
    if (!film) continue
    const key = `${slugOf(film.title)} ${film.releasedOn?.slice(0, 4)}`
    if (!films.has(key)) films.set(key, film)
  }
  return [...films.values()]
}

function filmOf(row: FilmRow): SourceWork | null {
  const { Title: title, Director: director } = row
  if (title === null) return null
  return {
    sourceId: `vega-datasets/movies/${title}/${row['Release Date']}`,
    mediaType: 'FILM',
    title: cleanTitle(String(title)),
    releasedOn: releaseOf(row['Release Date']),
    runtimeMinutes: row['Running Time min'],
    genres: genresOf(row),
    people: director === null ? [] : [{ name: director, role: 'DIRECTOR' }],
    renown: row['IMDB Votes'] ?? 0,
  }
}

const NOTE = / \((\d{4}|IMAX|Theatrical Release|Canadian Release)\)$/
const TRAILING_ARTICLE = /^(.+), (The|An?)$/

const cleanTitle = (title: string): string =>
  repairMojibake(title).replace(/\s+/g, ' ').trim().replace(NOTE, '').replace(TRAILING_ARTICLE, '$2 $1')

const LATEST_YEAR = 2011
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const PLACEHOLDERS = new Set(['12-31', '01-01'])

function releaseOf(text: string): string | null {
  const [, month = '', day = '', digits = ''] = /^(\w{3}) (\d\d) (\d{4})$/.exec(text) ?? []
  const monthNumber = MONTHS.indexOf(month) + 1
  if (monthNumber === 0) return null
  const year = Number(digits) > LATEST_YEAR ? Number(digits) - 100 : Number(digits)
  const monthAndDay = `${String(monthNumber).padStart(2, '0')}-${day}`
  return PLACEHOLDERS.has(monthAndDay) ? String(year) : `${year}-${monthAndDay}`
}

const MAJOR_GENRES: Readonly<Record<string, string>> = {
  Action: 'action',
  Adventure: 'adventure',
  'Black Comedy': 'black-comedy',
  Comedy: 'comedy',
  'Concert/Performance': 'concert',
  Documentary: 'documentary',
  Drama: 'drama',
  Horror: 'horror',
  Musical: 'musical',
  'Romantic Comedy': 'romantic-comedy',
  'Thriller/Suspense': 'thriller',
  Western: 'western',
}

// The other creative types say nothing about the genre.
const CREATIVE_TYPES: Readonly<Record<string, string>> = {
  Dramatization: 'true-story',
  Fantasy: 'fantasy',
  'Historical Fiction': 'historical',
  'Kids Fiction': 'family',
  'Science Fiction': 'science-fiction',
  'Super Hero': 'superhero',
}

const genresOf = (row: FilmRow): string[] =>
  [MAJOR_GENRES[row['Major Genre'] ?? ''], CREATIVE_TYPES[row['Creative Type'] ?? '']].filter((slug) => slug !== undefined)
