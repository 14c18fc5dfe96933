import { requireViewer, type Viewer } from '@vibely/kit/viewer'
import type { Db } from './db.ts'
import { followCountLoader, followPageLoader, tiesLoader } from './follows/loader.ts'
import { genreLoader } from './genres/loader.ts'
import { followedGenreLoader, genreFollowerCountLoader, interestsLoader } from './interests/loader.ts'
import { memberLoader } from './members/loader.ts'
import { profileLoader } from './profiles/loader.ts'

export type Loaders = ReturnType<typeof openLoaders>

/** A fresh set of batching reads, for one operation. */
export const openLoaders = (db: Db, viewer: Viewer | null) => ({
  member: memberLoader(db),
  profile: profileLoader(db),
  followPage: followPageLoader(db),
  followCount: { followers: followCountLoader(db, 'followers'), following: followCountLoader(db, 'following') },
  ties: tiesLoader(db, () => requireViewer(viewer).id),
  genre: genreLoader(db),
  genreFollowerCount: genreFollowerCountLoader(db),
  followedGenre: followedGenreLoader(db, () => requireViewer(viewer).id),
  interests: interestsLoader(db),
})
