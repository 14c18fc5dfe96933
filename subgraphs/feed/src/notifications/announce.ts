import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { findFollow, followeesAmong, followersAfter, followsOf } from '../follows/store.ts'
import { interestsAmong, interestsOf } from '../interests/store.ts'
import { presentAmong } from '../members/store.ts'
import { appendEvents } from '../streams/store.ts'
import { findItem, type Item, itemsSince } from '../timelines/store.ts'
import { type Announcement, type AnnouncementRow, advanceAnnouncement, requestAnnouncement, takeAnnouncement } from './announcements.ts'
import { notificationEvent } from './events.ts'
import { addNotifications, keptSince, notificationId, removeNotifications, setHidden } from './store.ts'
import { type Verdict, verdictOf } from './verdict.ts'

const FOLLOWERS_A_STEP = 500
// Of one author, newest first: more in 90 days is nobody's reading.
const ITEMS_A_TIE = 500

interface Judged {
  readonly item: Item
  readonly userId: string
  readonly verdict: Verdict
}

/**
 * One step of an announcement: notifications, their places in the channels, their events, and the progress in one
 * transaction. A step that was done before finds its row gone or further on and does nothing; a step that is repeated
 * because something changed adds only the notifications that are missing.
 */
export async function announce(tx: MongoTx, row: AnnouncementRow): Promise<void> {
  const taken = await takeAnnouncement(tx, row)
  if (!taken) return
  await advanceAnnouncement(tx, taken._id, await step(tx, taken.what, taken.after))
}

function step(tx: MongoTx, what: Announcement, after: string): Promise<string | null> {
  switch (what.of) {
    case 'item':
      return announceItem(tx, what.itemId, after)
    case 'tie':
      return announceTie(tx, what)
    case 'interest':
      return announceInterest(tx, what)
    case 'author':
      return announceAuthor(tx, what.authorId)
  }
}

/** An item to the next chunk of its author's followers. */
async function announceItem(tx: MongoTx, itemId: string, after: string): Promise<string | null> {
  const item = await findItem(tx, itemId)
  if (!item) {
    await removeNotifications(tx, itemId)
    return null
  }
  const shown = (await presentAmong(tx, [item.authorId])).has(item.authorId)
  // The followers of each chunk who may see a restricted item get it back below.
  if (after === '') await setHidden(tx, { itemId }, !shown || item.visibility !== 'PUBLIC')
  if (!shown || item.visibility === 'PRIVATE' || item.visibility === 'UNLISTED') return null

  const followers = await followersAfter(tx, item.authorId, after, FOLLOWERS_A_STEP)
  const ids = followers.map(({ followerId }) => followerId)
  const interests = await interestsAmong(tx, ids, item.genreIds)
  const followedBack = item.visibility === 'MUTUALS' ? await followeesAmong(tx, item.authorId, ids) : []
  const interestsBy = Map.groupBy(interests, ({ userId }) => userId)
  await carryOut(
    tx,
    followers.map((follow) => {
      const userId = follow.followerId
      const bond = { follow, followedBack: followedBack.includes(userId), interests: interestsBy.get(userId) ?? [] }
      return { item, userId, verdict: verdictOf(item, bond) }
    }),
  )
  return followers.length < FOLLOWERS_A_STEP ? null : (ids.at(-1) ?? null)
}

/** An author's items to one member whose follow, or the author's, came or went. */
async function announceTie(tx: MongoTx, { receiverId, authorId }: { receiverId: string; authorId: string }): Promise<null> {
  const items = await itemsSince(tx, { authorIds: [authorId], since: keptSince(), limit: ITEMS_A_TIE })
  if (items.length === 0 || !(await presentAmong(tx, [authorId])).has(authorId)) return null
  const follow = await findFollow(tx, receiverId, authorId)
  const followedBack = (await findFollow(tx, authorId, receiverId)) !== null
  const interests = await interestsOf(tx, receiverId)
  await carryOut(
    tx,
    items.map((item) => ({ item, userId: receiverId, verdict: verdictOf(item, { follow, followedBack, interests }) })),
  )
  return null
}

/** Items of a genre by followed members to one member who cares for it, when that was before they were published. */
async function announceInterest(tx: MongoTx, { receiverId, genreId }: { receiverId: string; genreId: string }): Promise<null> {
  const interest = (await interestsAmong(tx, [receiverId], [genreId])).at(0)
  if (!interest) return null
  const follows = await followsOf(tx, receiverId)
  const authorIds = follows.map(({ followeeId }) => followeeId)
  const since = new Date(Math.max(interest.since.getTime(), keptSince().getTime()))
  const items = await itemsSince(tx, { authorIds, since, limit: ITEMS_A_TIE })
  for (const authorId of new Set(items.map((item) => item.authorId))) await announceTie(tx, { receiverId, authorId })
  return null
}

/** All items of an author whose name or standing changed what may be shown. */
async function announceAuthor(tx: MongoTx, authorId: string): Promise<null> {
  const items = await itemsSince(tx, { authorIds: [authorId], since: keptSince(), limit: ITEMS_A_TIE })
  await requestAnnouncement(tx, ...items.map(({ id }): Announcement => ({ of: 'item', itemId: id })))
  return null
}

async function carryOut(tx: MongoTx, judged: readonly Judged[]): Promise<void> {
  const by = (verdict: Verdict) => judged.filter((one) => one.verdict === verdict)
  const idsOf = (some: readonly Judged[]) => some.map(({ item, userId }) => notificationId(item, userId))
  const told = by('tell').filter(({ item }) => item.occurredAt >= keptSince())
  await setHidden(tx, { ids: idsOf(by('hide')) }, true)
  await setHidden(tx, { ids: idsOf([...by('tell'), ...by('show')]) }, false)
  await appendEvents(tx, (await addNotifications(tx, told)).map(notificationEvent))
}
