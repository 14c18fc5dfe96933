import { cursorEnv, kafkaEnv, listenEnv, mongoEnv, port, redisEnv, sealingEnv, serviceEnv } from '@vibely/kit/env'
import type { z } from 'zod'

/** What feed needs wherever it runs. */
export const feedEnv = { ...serviceEnv, ...mongoEnv, ...redisEnv, ...kafkaEnv, ...cursorEnv, ...sealingEnv }

export type FeedEnv = z.output<z.ZodObject<typeof feedEnv>>

/** What feed also needs as a process of its own. */
export const feedProcessEnv = { ...feedEnv, ...listenEnv, FEED_PORT: port(4004) }
