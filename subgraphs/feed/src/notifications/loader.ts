import { byId, type RowLoader } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import type { Viewer } from '@vibely/kit/viewer'
import { type Notification, pickNotifications } from './store.ts'

/** Notifications by id; null for what is not the viewer's. */
export const notificationLoader = (source: Source, viewer: Viewer | null): RowLoader<Notification> =>
  byId(
    async (ids) => (viewer ? pickNotifications(source, viewer.id, ids) : []),
    ({ id }) => id,
  )
