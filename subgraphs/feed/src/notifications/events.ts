import type { LiveEvent } from '../streams/store.ts'
import type { Notification } from './store.ts'

/** What `notificationReceived` sends for a new or changed notification; its fields are read when it is delivered. */
export const notificationEvent = ({ id, userId }: Notification): LiveEvent => ({
  channel: `notifications:${userId}`,
  data: { __typename: 'NotificationEvent', notification: { __typename: 'Notification', id } },
})
