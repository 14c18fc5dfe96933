import { z } from 'zod'

/** A setting is missing or malformed. The message lists every problem, one a line. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
}

/**
 * Reads settings once, at the start of a process.
 * @throws EnvError naming all problems at once
 */
export function readEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<z.output<z.ZodObject<Shape>>> {
  // An empty variable counts as absent: `FOO= npm start` is how people unset one.
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const result = z.object(shape).safeParse(given)
  if (result.success) return Object.freeze(result.data)
  const problems = result.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return `  ${name}: ${name in given ? message : 'it is missing'}`
  })
  throw new EnvError(`The environment is not usable:\n${problems.join('\n')}`)
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

/** What every process reads. */
export const serviceEnv = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  VIBELY_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9_]*$/, 'lower-case letters, digits and _ only')
    .default(''),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
}

export const postgresEnv = { POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/ }) }
export const mongoEnv = { MONGODB_URL: z.string().startsWith('mongodb') }
export const redisEnv = { REDIS_URL: z.url({ protocol: /^rediss?$/ }) }
export const kafkaEnv = {
  KAFKA_BROKERS: list.pipe(z.array(z.string().regex(/^[^/]+:\d+$/, 'host:port, several with commas between')).min(1)),
}

/** Signs page and stream cursors; the same in all processes. */
export const cursorEnv = { CURSOR_SECRET: z.string().min(32) }

/** Master key that wraps the users' keys: 32 bytes in base64. */
export const sealingEnv = {
  SEALING_KEY: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, '32 bytes in base64'),
}

/** What a subgraph needs to be reached over HTTP. Keys: see `identity.ts`. */
export const listenEnv = {
  /** Interface to listen on; all of them inside a container. */
  LISTEN_HOST: z.string().default('127.0.0.1'),
  INTERNAL_HMAC_KEYS: list.pipe(z.array(z.string().regex(/^[^:]+:.{32,}$/, 'kid:secret, the secret of 32 characters or more')).min(1)),
  ROUTER_IDENTITY_PUBLIC_KEY: z.string().startsWith('{', 'a JWK as JSON'),
}

/** A port setting with its default. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback)
