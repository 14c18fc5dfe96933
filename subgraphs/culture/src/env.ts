import { cursorEnv, kafkaEnv, listenEnv, mongoEnv, port, redisEnv, sealingEnv, serviceEnv } from '@vibely/kit/env'
import type { z } from 'zod'

/** What culture needs wherever it runs. */
export const cultureEnv = { ...serviceEnv, ...mongoEnv, ...redisEnv, ...kafkaEnv, ...cursorEnv, ...sealingEnv }

export type CultureEnv = z.output<z.ZodObject<typeof cultureEnv>>

/** What culture also needs as a process of its own. */
export const cultureProcessEnv = { ...cultureEnv, ...listenEnv, CULTURE_PORT: port(4002) }
