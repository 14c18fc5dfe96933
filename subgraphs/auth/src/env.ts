import { kafkaEnv, listenEnv, port, postgresEnv, redisEnv, sealingEnv, serviceEnv } from '@vibely/kit/env'
import { z } from 'zod'

/** What auth needs wherever it runs. */
export const authEnv = {
  ...serviceEnv,
  ...postgresEnv,
  ...redisEnv,
  ...kafkaEnv,
  ...sealingEnv,
  /** Encrypts the private signing keys at rest. */
  TOKEN_KEY_SECRET: z.string().min(32, '32 characters or more'),
  /** Address of the router as clients see it: issuer of the access tokens, start of the links in mails. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** SMTP server. Without it mails are captured and shown at /dev/mail; in production it must be set. */
  MAIL_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().default('Vibely <no-reply@vibely.localhost>'),
}

export type AuthEnv = z.output<z.ZodObject<typeof authEnv>>

/** What auth also needs as a process of its own. */
export const authProcessEnv = { ...authEnv, ...listenEnv, AUTH_PORT: port(4001) }
