import DataLoader from 'dataloader'
import type { Source } from '../db.ts'
import { type Home, openHome, pickFromHome } from './home-feed.ts'
import type { Item } from './store.ts'

/** The home feeds of viewers, opened once a request. */
export const homeLoader = (source: Source): DataLoader<string, Home> =>
  new DataLoader((viewerIds) => Promise.all(viewerIds.map((id) => openHome(source, id))))

/** Items by id as far as they are in the viewer's home feed. */
export const itemLoader = (source: Source, home: () => Promise<Home> | null): DataLoader<string, Item | null> =>
  new DataLoader(async (ids) => {
    const opened = await home()
    const items = new Map((opened ? await pickFromHome(source, opened, ids) : []).map((item) => [item.id, item]))
    return ids.map((id) => items.get(id) ?? null)
  })
