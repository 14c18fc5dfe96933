import type { Viewer } from '@vibely/kit/viewer'
import DataLoader from 'dataloader'
import type { Source } from '../db.ts'
import { type Notification, pickNotifications } from './store.ts'

/** Notifications by id; null for what is not the viewer's. */
export const notificationLoader = (source: Source, viewer: Viewer | null): DataLoader<string, Notification | null> =>
  new DataLoader(async (ids) => {
    const own = viewer ? await pickNotifications(source, viewer.id, ids) : []
    const byId = new Map(own.map((notification) => [notification.id, notification]))
    return ids.map((id) => byId.get(id) ?? null)
  })
