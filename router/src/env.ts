import { cursorEnv, port, redisEnv, serviceEnv } from '@vibely/kit/env'
import { z } from 'zod'
import { isAddressOrNetwork } from './identity/client-address.ts'
import { limitsEnv } from './operations/limit-settings.ts'

const parts = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)
const list = parts.default([])

const count = (standard: number) => z.coerce.number().int().positive().default(standard)

/** What the router needs for any supergraph. */
const baseEnv = {
  ...serviceEnv,
  ROUTER_HOST: z.string().default('127.0.0.1'),
  ROUTER_PORT: port(4000),
  /** Address of the router as clients see it: issuer of the access tokens. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Origins whose pages may call the router, beside its own: `https://app.example`. */
  CORS_ORIGINS: list,
  /** Addresses and networks of the proxies in front of the router, whose `x-forwarded-for` says who asks. */
  TRUSTED_PROXIES: list.refine((places) => places.every(isAddressOrNetwork), 'addresses or networks such as 10.0.0.0/8').optional(),
  ...limitsEnv,
  /** Queries that are the same, from the same caller or both anonymous, run once while they are under way. */
  ROUTER_SHARE_OPERATIONS: z.stringbool().default(true),
  /** The same for fetches from subgraphs; entity fetches of one turn of the event loop go out together. */
  ROUTER_SHARE_FETCHES: z.stringbool().default(true),
  /** What is the same for all viewers of an entity is kept in Redis until the entity changes. Without Redis it is off. */
  ROUTER_ENTITY_CACHE: z.stringbool().default(true),
  /** How long readiness says no before the listener closes, for balancers to notice: 2,000 to 5,000 behind one. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(10_000).default(0),
  /** Value of the header `x-vibely-admin` with which operators and CI read the schema in production. */
  ADMIN_SECRET: z.string().min(32).optional(),
  /** Operations that are not in the manifest of persisted documents: run, run and logged, or refused. */
  SAFELIST: z.enum(['off', 'log', 'enforce']).default('off'),
  /** Who plans: Apollo's planner, or the native one of Hive Router, which plans faster and asks for less, but knows no `@defer`. */
  QUERY_PLANNER: z.enum(['apollo', 'hive']).default('apollo'),
  /** Labels of `@override` that hold for every request: `a,b`. A label `percent(N)` holds for N of a hundred without a word here. */
  OVERRIDE_LABELS: parts.optional(),
  /** The most live connections of one user, of one address, and new ones a second. */
  SOCKETS_PER_USER: count(20),
  SOCKETS_PER_ADDRESS: count(100),
  SOCKETS_PER_SECOND: count(2_000),
}

/** What it needs for ours, wherever the subgraphs run. */
export const routerEnv = { ...baseEnv, ...redisEnv, ...cursorEnv }

/** What it needs for a foreign supergraph: without Redis there are no live events, without key set no signed-in callers. */
export const standaloneEnv = {
  ...baseEnv,
  REDIS_URL: redisEnv.REDIS_URL.optional(),
  CURSOR_SECRET: cursorEnv.CURSOR_SECRET.optional(),
  JWKS_URL: z.url().optional(),
  /** Who issues the access tokens; without it they are ours. */
  JWT_ISSUERS: parts.optional(),
  /** Whom they must be for, one of these; without it for anybody. */
  JWT_AUDIENCES: parts.optional(),
  /** File with the headers that subgraphs get: a client's, by their names, and fixed ones. */
  SUBGRAPH_HEADERS: z.string().optional(),
  /** File with the manifest of persisted documents: of Apollo's tools, or a record of texts by their hash. */
  PERSISTED_DOCUMENTS: z.string().optional(),
}

export type StandaloneEnv = z.output<z.ZodObject<typeof standaloneEnv>>

export type RouterEnv = z.output<z.ZodObject<typeof baseEnv>> & {
  readonly REDIS_URL?: string | undefined
  readonly CURSOR_SECRET?: string | undefined
}

const hmacKey = z.string().regex(/^[^:]+:.{32,}$/, 'kid:secret, the secret of 32 characters or more')

/** What it needs beside that to reach our subgraphs over HTTP and to prove itself to them. */
export const remoteEnv = {
  AUTH_URL: z.url().default('http://localhost:4001'),
  CULTURE_URL: z.url().default('http://localhost:4002'),
  SOCIAL_URL: z.url().default('http://localhost:4003'),
  FEED_URL: z.url().default('http://localhost:4004'),
  /** The router's key for each subgraph, `kid:secret`. */
  AUTH_HMAC_KEY: hmacKey,
  CULTURE_HMAC_KEY: hmacKey,
  SOCIAL_HMAC_KEY: hmacKey,
  FEED_HMAC_KEY: hmacKey,
  /** Signs identity tokens for them: an Ed25519 key, a JWK as JSON. */
  ROUTER_IDENTITY_PRIVATE_KEY: z.string().startsWith('{', 'a JWK as JSON'),
}

export type RemoteEnv = z.output<z.ZodObject<typeof remoteEnv>>

/** The environment, with the port of the command line in place of its own. */
export const withPort = (port: string | undefined): Readonly<Record<string, string | undefined>> => ({
  ...process.env,
  ...(port !== undefined && { ROUTER_PORT: port }),
})
