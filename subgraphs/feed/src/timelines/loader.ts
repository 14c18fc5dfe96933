import { byId, type RowLoader } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import DataLoader from 'dataloader'
import { type Home, openHome, pickFromHome } from './home-feed.ts'
import type { Item } from './store.ts'

/** The home feeds of viewers, opened once a request. */
export const homeLoader = (source: Source): DataLoader<string, Home> =>
  new DataLoader((viewerIds) => Promise.all(viewerIds.map((id) => openHome(source, id))))

/** Items by id as far as they are in the viewer's home feed. */
export const itemLoader = (source: Source, home: () => Promise<Home> | null): RowLoader<Item> =>
  byId(
    async (ids) => {
      const opened = await home()
      return opened ? pickFromHome(source, opened, ids) : []
    },
    ({ id }) => id,
  )
