import type { Source } from '@vibely/kit/mongo'
import type { Viewer } from '@vibely/kit/viewer'
import { genreLoader } from './genres/loader.ts'
import { memberLoader } from './members/loader.ts'
import { notificationLoader } from './notifications/loader.ts'
import { presenceLoader } from './presence/loader.ts'
import type { PresenceStore } from './presence/store.ts'
import { homeLoader, itemLoader } from './timelines/loader.ts'
import { workLoader } from './works/loader.ts'

export type Loaders = ReturnType<typeof openLoaders>

/** A fresh set of batching reads, for one operation. */
export function openLoaders(source: Source, presence: PresenceStore, viewer: Viewer | null) {
  const home = homeLoader(source)
  return {
    member: memberLoader(source),
    work: workLoader(source),
    genre: genreLoader(source),
    home,
    item: itemLoader(source, () => (viewer ? home.load(viewer.id) : null)),
    notification: notificationLoader(source, viewer),
    presence: presenceLoader(presence),
  }
}
