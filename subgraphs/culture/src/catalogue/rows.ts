import { deterministicId } from '@vibely/kit/ids'
import type { Genre } from '../genres/store.ts'
import type { Person } from '../people/store.ts'
import { NO_RATINGS } from '../works/ratings.ts'
import { sortTitle } from '../works/sort-title.ts'
import type { Work } from '../works/store.ts'
import { slugOf } from './slug.ts'
import type { SourceWork } from './source.ts'

// Ids are made of a time and a seed, both fixed, so that every installation has the same ones.
const CATALOGUE_TIME = new Date('2020-01-01T00:00:00.000Z')

const genreId = (slug: string): string => deterministicId('genre', slug, CATALOGUE_TIME)

/** People are told apart by name alone, as in the sources. */
const personOf = (name: string): Person => ({ _id: deterministicId('person', slugOf(name), CATALOGUE_TIME), name })

/** Name and wider genre of each genre that the sources use, parents first. */
const GENRES: Readonly<Record<string, { readonly name: string; readonly parent?: string }>> = {
  action: { name: 'Action' },
  adventure: { name: 'Adventure' },
  comedy: { name: 'Comedy' },
  concert: { name: 'Concert and performance' },
  crime: { name: 'Crime' },
  documentary: { name: 'Documentary' },
  drama: { name: 'Drama' },
  family: { name: 'Family' },
  'family-and-self': { name: 'Family and self' },
  historical: { name: 'Historical' },
  horror: { name: 'Horror' },
  musical: { name: 'Musical' },
  romance: { name: 'Romance' },
  'speculative-fiction': { name: 'Science fiction and fantasy' },
  'state-of-the-nation': { name: 'State of the nation' },
  thriller: { name: 'Thriller and suspense' },
  'true-story': { name: 'True story' },
  'war-and-travel': { name: 'War and travel' },
  western: { name: 'Western' },
  'black-comedy': { name: 'Black comedy', parent: 'comedy' },
  'romantic-comedy': { name: 'Romantic comedy', parent: 'comedy' },
  'science-fiction': { name: 'Science fiction', parent: 'speculative-fiction' },
  fantasy: { name: 'Fantasy', parent: 'speculative-fiction' },
  superhero: { name: 'Superhero', parent: 'speculative-fiction' },
}

/** The genres of these works, parents first. A genre applies to the media of its works and of its children's. */
export function genreRows(works: readonly SourceWork[]): Genre[] {
  const isAt = (slug: string, used: string) => used === slug || GENRES[used]?.parent === slug
  return Object.entries(GENRES).map(([slug, { name, parent }]) => ({
    _id: genreId(slug),
    slug,
    name,
    parentId: parent === undefined ? null : genreId(parent),
    ancestorIds: parent === undefined ? [] : [genreId(parent)],
    mediaTypes: (['BOOK', 'FILM'] as const).filter((medium) =>
      works.some(({ mediaType, genres }) => mediaType === medium && genres.some((used) => isAt(slug, used))),
    ),
  }))
}

/** The people behind these works, each once. */
export const peopleRows = (works: readonly SourceWork[]): Person[] => [
  ...new Map(works.flatMap(({ people }) => people.map(({ name }) => personOf(name))).map((person) => [person._id, person])).values(),
]

/** A work as the store keeps it. Its slug is title and year: `inception-2010`. */
export function workRow(work: SourceWork): Work {
  const { title, mediaType, releasedOn, runtimeMinutes, genres, people, renown } = work
  // Ids sort by time: a later one puts better known works first wherever members have not decided yet.
  const time = new Date(CATALOGUE_TIME.getTime() + renown)
  return {
    _id: deterministicId('work', work.sourceId, time),
    mediaType,
    slug: [slugOf(title), releasedOn?.slice(0, 4)].filter(Boolean).join('-'),
    title,
    releasedOn,
    runtimeMinutes,
    genreIds: genres.map(genreId),
    credits: people.map(({ name, role }, index) => ({ role, personId: personOf(name)._id, billing: index + 1 })),
    creators: people.map(({ name }) => name),
    order: { title: sortTitle(title), released: releasedOn ?? '' },
    ratings: NO_RATINGS,
    entries: 0,
    version: 1,
    updatedAt: CATALOGUE_TIME,
  }
}
