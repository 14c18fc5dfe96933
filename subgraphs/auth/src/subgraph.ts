import { openEntityVersions } from '@vibely/kit/entity-versions'
import { classifyPostgres } from '@vibely/kit/inbox-postgres'
import { createLogger } from '@vibely/kit/logger'
import { openBus } from '@vibely/kit/messaging'
import { postgresOutbox } from '@vibely/kit/outbox-postgres'
import { startRelay } from '@vibely/kit/relay'
import { openKeyRing } from '@vibely/kit/sealing'
import type { Subgraph } from '@vibely/kit/subgraph'
import { Redis } from 'ioredis'
import { sendVerification } from './accounts/send-verification.ts'
import { verifyPage } from './accounts/verify-page.ts'
import type { Context, Resources } from './context.ts'
import { openDb } from './db.ts'
import { authChanges } from './entity-changes.ts'
import type { AuthEnv } from './env.ts'
import { startRingRefill } from './keys/ring-refill.ts'
import { openSigningKeys } from './keys/signing-keys.ts'
import { openUserKeys } from './keys/user-keys.ts'
import { openLoaders } from './loaders.ts'
import { openOutlet } from './mail/outlet.ts'
import { startMailWorker } from './mail/worker.ts'
import { schema } from './schema.ts'
import { openAccessTokens } from './sessions/access-token.ts'
import { openRevoke } from './sessions/revoke.ts'
import { openSignInAttempts } from './sessions/sign-in-attempts.ts'

// ioredis queues commands while Redis is away; sign-ins must not wait for it.
const REDIS_ANSWER_MS = 1_000

/** Opens auth: its stores, its relay to Kafka and the workers that send mail and keep the key ring full. */
export async function openAuth(env: AuthEnv): Promise<Subgraph> {
  await using opened = new AsyncDisposableStack()
  const namespace = env.VIBELY_NAMESPACE
  const logger = createLogger({ service: 'auth', level: env.LOG_LEVEL })
  const db = opened.adopt(openDb({ postgresUrl: env.POSTGRES_URL, namespace }), (client) => client.$disconnect())
  const redis = opened.adopt(new Redis(env.REDIS_URL, { commandTimeout: REDIS_ANSWER_MS }), (client) => client.disconnect())
  redis.on('error', (error) => logger.warn({ err: error }, 'redis'))
  const bus = opened.use(openBus({ brokers: env.KAFKA_BROKERS, namespace, clientId: 'auth', logger }))
  const versions = opened.use(openEntityVersions({ redisUrl: env.REDIS_URL, namespace, subgraph: 'auth', changes: authChanges, logger }))
  opened.use(startRelay({ outbox: postgresOutbox(db, 'auth'), bus, versions, logger }))

  const keys = await openSigningKeys({ db, secret: env.TOKEN_KEY_SECRET })
  const ring = openKeyRing({ redis, namespace, key: Buffer.from(env.SEALING_KEY, 'base64') })
  opened.use(startRingRefill({ db, redis, namespace, ring, logger }))
  const outlet = opened.use(openOutlet(env, redis))
  const publicUrl = env.PUBLIC_URL ?? 'http://localhost:4000'
  const mail = opened.use(startMailWorker({ db, logger, send: (queued) => sendVerification({ db, send: outlet.send, publicUrl }, queued) }))

  const resources: Resources = {
    db,
    accessTokens: openAccessTokens({ keys, issuer: env.PUBLIC_URL ?? 'vibely' }),
    userKeys: openUserKeys({ ring, logger }),
    revoke: openRevoke({ redis, namespace, logger }),
    attempts: openSignInAttempts({ redis, namespace, logger }),
    mailQueued: mail.wake,
  }
  const owned = opened.move()
  return {
    name: 'auth',
    schema,
    logger,
    classify: classifyPostgres,
    versions,
    contextFor: ({ viewer, ip, userAgent }): Context => ({ ...resources, viewer, ip, userAgent, loaders: openLoaders(db) }),
    async ready() {
      await db.$queryRaw`SELECT 1`
    },
    pages: {
      '/.well-known/jwks.json': async () => ({
        status: 200,
        type: 'application/json; charset=utf-8',
        body: JSON.stringify(await keys.jwks()),
      }),
      '/verify-email': verifyPage,
      ...outlet.pages(mail.drain),
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
