import { fault } from '@vibely/kit/errors'
import { isId } from '@vibely/kit/ids'
import { connection, type KeyPart, pageArgs } from '@vibely/kit/pages'
import { requireScope } from '@vibely/kit/viewer'
import type {
  InputError,
  MarkNotificationsReadInput,
  MutationResolvers,
  NotificationConnectionResolvers,
  NotificationResolvers,
  QueryResolvers,
} from '../generated/graphql.ts'
import { inputError } from '../user-errors.ts'
import { markRead } from './mark-read.ts'
import { asSentence } from './sentence.ts'
import { countNotifications, type NotificationPage, notificationsOf } from './store.ts'

const IDS_AT_ONCE = 100

export const Query: QueryResolvers = {
  notifications: async (_, { unreadOnly: asked, ...input }, { viewer, database, cursors }) => {
    const { id: userId } = requireScope(viewer, 'notifications:read')
    const unreadOnly = asked ?? false
    const list = `notifications:${userId}`
    const page = pageArgs(input)
    const from = page.cursor === null ? null : readPlace(cursors.decode(list, page.cursor))
    const rows = await notificationsOf(database, userId, { from, backward: page.backward, limit: page.limit + 1, unreadOnly })
    return { ...connection(rows, page, (row) => cursors.encode(list, [row.createdAt.getTime(), row.id])), userId, unreadOnly }
  },
  unreadCounts: async (_, __, { viewer, database }) => ({
    notifications: await countNotifications(database, requireScope(viewer, 'notifications:read').id, true),
  }),
}

export const Mutation: MutationResolvers = {
  markNotificationsRead: async (_, { input }, { viewer, database }) => {
    const { id: userId } = requireScope(viewer, 'notifications:write')
    const mistake = findMistake(input)
    if (mistake) return { userErrors: [mistake] }
    await markRead(database, userId, { ids: input.ids ?? [], upTo: input.allBefore ?? null })
    return { unread: { notifications: await countNotifications(database, userId, true) }, userErrors: [] }
  },
}

/** What `notificationReceived` and `notifications` answer with, read when it is asked for: a renamed author shows. */
export const Notification: NotificationResolvers = {
  // A refusal would take every entity of the same request with it; what is not the viewer's is null.
  __resolveReference: ({ id }, { loaders }) => loaders.notification.load(id),
  text: async ({ actorId, workId }, _, { loaders }) => {
    const [actor, work] = await Promise.all([loaders.member.load(actorId), loaders.work.load(workId)])
    const name = actor?.displayName ?? 'A member you follow'
    return work ? asSentence(`${name} reviewed ${work.title}`) : `${name} published a review.`
  },
  actors: ({ actorId }, { first }) => {
    if (first !== null && first !== undefined && (first < 1 || first > 100)) throw fault('BAD_USER_INPUT', '`first` must be from 1 to 100.')
    return [{ id: actorId }]
  },
  actorCount: () => 1,
  subject: ({ subjectId }) => ({ __typename: 'Review', id: subjectId }),
  work: ({ workId }) => ({ id: workId }),
  groupKey: ({ itemId }) => itemId,
}

export const NotificationConnection: NotificationConnectionResolvers = {
  totalCount: async ({ userId, unreadOnly }, _, { database }) => ({
    value: await countNotifications(database, userId, unreadOnly),
    exact: true,
  }),
}

function findMistake({ ids, allBefore }: MarkNotificationsReadInput): InputError | null {
  if (!ids?.length && !allBefore) return inputError('REQUIRED', 'input')
  if (ids && ids.length > IDS_AT_ONCE) return inputError('TOO_LONG', 'input', 'ids')
  if (ids?.some((id) => !isId(id, 'notification'))) return inputError('INVALID', 'input', 'ids')
  return null
}

function readPlace([time, id]: readonly KeyPart[]): NonNullable<NotificationPage['from']> {
  if (typeof time !== 'number' || typeof id !== 'string') throw fault('INVALID_CURSOR')
  return { createdAt: new Date(time), id }
}
