import type { Source } from './db.ts'
import { childGenreLoader, genreFamilyLoader } from './genres/loader.ts'
import { findGenres } from './genres/store.ts'
import { entryLoader } from './library/loader.ts'
import { findEntries, libraries } from './library/store.ts'
import { byIdLoader } from './loading.ts'
import { findMembers } from './members/store.ts'
import { findPeople } from './people/store.ts'
import { reviewOfLoader } from './reviews/loader.ts'
import { findReviews, reviewsByMembers, reviewsOfWorks } from './reviews/store.ts'
import { creditsOfPeople, findWorks, worksOfGenres } from './works/store.ts'

export type Loaders = ReturnType<typeof openLoaders>

/** A fresh set of batching reads, for one operation. */
export function openLoaders(source: Source) {
  return {
    work: byIdLoader((ids) => findWorks(source, ids)),
    person: byIdLoader((ids) => findPeople(source, ids)),
    creditsOfPerson: creditsOfPeople(source),
    genre: byIdLoader((ids) => findGenres(source, ids)),
    childGenres: childGenreLoader(source),
    genreFamily: genreFamilyLoader(source),
    worksOfGenre: worksOfGenres(source),
    member: byIdLoader((ids) => findMembers(source, ids)),
    entry: byIdLoader((ids) => findEntries(source, ids)),
    entryOf: entryLoader(source),
    library: libraries(source),
    review: byIdLoader((ids) => findReviews(source, ids)),
    reviewOf: reviewOfLoader(source),
    reviewsOfWork: reviewsOfWorks(source),
    reviewsByMember: reviewsByMembers(source),
  }
}
