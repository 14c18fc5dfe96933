import { byId } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import { childGenreLoader, genreFamilyLoader } from './genres/loader.ts'
import { findGenres } from './genres/store.ts'
import { entryLoader } from './library/loader.ts'
import { findEntries, libraries } from './library/store.ts'
import { findMembers } from './members/store.ts'
import { findPeople } from './people/store.ts'
import { reviewOfLoader } from './reviews/loader.ts'
import { findReviews, reviewsByMembers, reviewsOfWorks } from './reviews/store.ts'
import { creditsOfPeople, findWorks, worksOfGenres } from './works/store.ts'

const idOf = ({ _id }: { readonly _id: string }) => _id

export type Loaders = ReturnType<typeof openLoaders>

/** A fresh set of batching reads, for one operation. */
export function openLoaders(source: Source) {
  return {
    work: byId((ids) => findWorks(source, ids), idOf),
    person: byId((ids) => findPeople(source, ids), idOf),
    creditsOfPerson: creditsOfPeople(source),
    genre: byId((ids) => findGenres(source, ids), idOf),
    childGenres: childGenreLoader(source),
    genreFamily: genreFamilyLoader(source),
    worksOfGenre: worksOfGenres(source),
    member: byId((ids) => findMembers(source, ids), idOf),
    entry: byId((ids) => findEntries(source, ids), idOf),
    entryOf: entryLoader(source),
    library: libraries(source),
    review: byId((ids) => findReviews(source, ids), idOf),
    reviewOf: reviewOfLoader(source),
    reviewsOfWork: reviewsOfWorks(source),
    reviewsByMember: reviewsByMembers(source),
  }
}
