import { cursorEnv, kafkaEnv, listenEnv, port, postgresEnv, redisEnv, sealingEnv, serviceEnv } from '@vibely/kit/env'
import type { z } from 'zod'

/** What social needs wherever it runs. */
export const socialEnv = { ...serviceEnv, ...postgresEnv, ...redisEnv, ...kafkaEnv, ...cursorEnv, ...sealingEnv }

export type SocialEnv = z.output<z.ZodObject<typeof socialEnv>>

/** What social also needs as a process of its own. */
export const socialProcessEnv = { ...socialEnv, ...listenEnv, SOCIAL_PORT: port(4003) }
