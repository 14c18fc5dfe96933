import { fault } from '@vibely/kit/errors'
import { requireScope } from '@vibely/kit/viewer'
import type { QueryResolvers } from '../generated/graphql.ts'
import { eventsAfter, readEpoch } from './store.ts'

const MOST_EVENTS = 500

export const Query: QueryResolvers = {
  storedEvents: async (_, { channel, after, first }, { viewer, database }) => {
    if (channel !== `notifications:${requireScope(viewer, 'notifications:read').id}`) throw fault('FORBIDDEN')
    if (first < 1 || first > MOST_EVENTS) throw fault('BAD_USER_INPUT', `\`first\` must be from 1 to ${MOST_EVENTS}.`)
    const [epoch, events] = await Promise.all([readEpoch(database), eventsAfter(database, channel, after, first)])
    return events.map(({ seq, data, traceparent }) => ({ seq, epoch, data: JSON.stringify(data), traceparent }))
  },
}
