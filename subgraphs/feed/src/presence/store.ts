import { fault } from '@vibely/kit/errors'
import type { Source } from '@vibely/kit/mongo'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import type { Redis } from 'ioredis'

export type PresenceState = 'ONLINE' | 'AWAY' | 'OFFLINE'

/** Whether a member is online, over all devices. */
export interface Presence {
  readonly state: PresenceState
  /** To the minute; null while online. */
  readonly lastSeenAt: Date | null
}

/** Where presence lives: who is there in Redis, which forgets by itself; when somebody was there last in MongoDB. */
export interface PresenceStore {
  readonly redis: Redis
  readonly namespace: Namespace
  readonly db: Source
}

/** A presence ends so long after the last heartbeat. */
export const PRESENCE_SECONDS = 30

const MINUTE_MS = 60_000

// The state of each device with its own end: one that fell silent does not live on by the heartbeats of another.
const BEAT = `
local devices = cjson.decode(redis.call('GET', KEYS[1]) or '{}')
local now = tonumber(redis.call('TIME')[1])
if ARGV[2] == 'OFFLINE' then devices[ARGV[1]] = nil
else devices[ARGV[1]] = { state = ARGV[2], ends = now + tonumber(ARGV[3]) } end
for device, sign in pairs(devices) do
  if sign.ends <= now then devices[device] = nil end
end
if next(devices) == nil then
  redis.call('DEL', KEYS[1])
  return '{}'
end
local kept = cjson.encode(devices)
redis.call('SET', KEYS[1], kept, 'EX', ARGV[3])
return kept`

const keyOf = (namespace: Namespace, userId: string) => qualify(namespace, `user_presence:${userId}`)

/** Takes a sign of life of one device and returns the state over all of them. */
export async function beat(
  { redis, namespace, db }: PresenceStore,
  userId: string,
  device: string,
  state: PresenceState,
): Promise<Presence> {
  const kept = await redis.eval(BEAT, 1, keyOf(namespace, userId), device, state, PRESENCE_SECONDS).catch(unavailable)
  const lastSeenAt = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS)
  // A write that changes nothing costs next to nothing, so this may follow every heartbeat.
  await lastSeen(db).updateOne({ _id: userId }, { $max: { at: lastSeenAt } }, { upsert: true })
  return present(stateOf(String(kept)), lastSeenAt)
}

/** Presence of these members, in their order: one MGET for who is there, one query for when the others were. */
export async function findPresences({ redis, namespace, db }: PresenceStore, userIds: readonly string[]): Promise<Presence[]> {
  const [kept, rows] = await Promise.all([
    redis.mget(userIds.map((id) => keyOf(namespace, id))).catch(unavailable),
    lastSeen(db)
      .find({ _id: { $in: [...userIds] } })
      .toArray(),
  ])
  const seenAt = new Map(rows.map(({ _id, at }) => [_id, at]))
  return userIds.map((id, index) => present(stateOf(kept[index] ?? '{}'), seenAt.get(id) ?? null))
}

/** The rest of feed can do without Redis. */
function unavailable(): never {
  throw fault('SUBGRAPH_UNAVAILABLE', 'Presence is not known at the moment.')
}

const lastSeen = ({ db }: Source) => db.collection<{ _id: string; at: Date }>('last_seen')

const present = (state: PresenceState, lastSeenAt: Date | null): Presence => ({ state, lastSeenAt: state === 'ONLINE' ? null : lastSeenAt })

function stateOf(kept: string): PresenceState {
  const devices = Object.values(JSON.parse(kept) as Record<string, { state: PresenceState; ends: number }>)
  const states = devices.filter(({ ends }) => ends * 1_000 > Date.now()).map(({ state }) => state)
  if (states.includes('ONLINE')) return 'ONLINE'
  return states.length > 0 ? 'AWAY' : 'OFFLINE'
}
