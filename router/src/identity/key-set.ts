import { fault } from '@vibely/kit/errors'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { Pages } from '../http/pages.ts'

const REFETCH_MS = 30_000
const FRESH_MS = 300_000
const RETRY_MS = 1_000
const FETCH_MS = 3_000

/** Reads auth's key set. */
export type LoadKeys = () => Promise<JSONWebKeySet>

/** Keys of access tokens. */
export interface KeySet {
  /** The key that a token names. @throws Fault SUBGRAPH_UNAVAILABLE while the keys cannot be had */
  readonly find: JWTVerifyGetKey
  /** Changes with the keys: what was verified under another generation must be verified again. */
  generation(): number
}

/**
 * Keys that are loaded at first use, and looked at anew every five minutes, so that a withdrawn one dies. An unknown key id
 * loads them again, at most every 30 s: a forged id must not make traffic. While auth cannot be reached the keys at hand stay good.
 */
export function keySet(load: LoadKeys): KeySet {
  let keys: { readonly find: JWTVerifyGetKey; readonly text: string } | undefined
  let pending: Promise<JWTVerifyGetKey> | undefined
  let nextLoad = 0
  let staleAt = Number.POSITIVE_INFINITY
  let generation = 0

  async function reload(): Promise<JWTVerifyGetKey> {
    try {
      const set = await load()
      const text = JSON.stringify(set)
      if (text !== keys?.text) {
        keys = { find: createLocalJWKSet(set), text }
        generation += 1
      }
      nextLoad = Date.now() + REFETCH_MS
      staleAt = Date.now() + FRESH_MS
      return keys.find
    } catch (error) {
      nextLoad = Date.now() + RETRY_MS
      staleAt = nextLoad
      if (!keys) throw fault('SUBGRAPH_UNAVAILABLE', undefined, { service: 'auth', cause: error })
      return keys.find
    } finally {
      pending = undefined
    }
  }

  const refresh = () => (pending ??= reload())
  return {
    async find(header, token) {
      const known = keys?.find ?? (await refresh())
      try {
        return await known(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() < nextLoad) throw error
        return (await refresh())(header, token)
      }
    },
    generation() {
      // Nobody waits for it, and what goes wrong is tried again.
      if (Date.now() > staleAt) refresh().catch(() => undefined)
      return generation
    },
  }
}

/** Loads a key set from its address. */
export const remoteKeys =
  (url: string): LoadKeys =>
  async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' })
    if (!answer.ok) throw new Error(`the key set answered ${answer.status}`)
    return (await answer.json()) as JSONWebKeySet
  }

/** Loads the key set from a page of a subgraph in this process. */
export const localKeys =
  (pages: Pages): LoadKeys =>
  async () => {
    const answer = await pages['/.well-known/jwks.json']?.(new URLSearchParams())
    if (answer?.status !== 200) throw new Error('the key set is not served')
    return JSON.parse(answer.body) as JSONWebKeySet
  }
