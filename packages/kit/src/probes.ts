import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'

/**
 * `/livez`: the event loop turns. `/readyz`: what the process needs answers. `/startupz`: it was ready once.
 * @returns a switch that turns readiness off for good
 */
export function addProbes(app: FastifyInstance, ready: () => Promise<void>): () => void {
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  app.addHook('onClose', async () => lag.disable())
  let draining = false
  let started = false
  const check = async (): Promise<string | null> => {
    if (draining) return 'draining'
    try {
      await ready()
      started = true
      return null
    } catch (error) {
      return error instanceof Error ? error.message : 'not ready'
    }
  }
  app.get('/livez', async (_request, reply) => {
    const milliseconds = lag.percentile(99) / 1e6
    lag.reset()
    return reply.code(milliseconds < 1_000 ? 200 : 503).send({ status: milliseconds < 1_000 ? 'ok' : 'event loop is late' })
  })
  app.get('/readyz', async (_request, reply) => {
    const problem = await check()
    return reply.code(problem === null ? 200 : 503).send({ status: problem ?? 'ok' })
  })
  app.get('/startupz', async (_request, reply) => {
    const problem = started ? null : await check()
    return reply.code(problem === null ? 200 : 503).send({ status: problem ?? 'ok' })
  })
  return () => {
    draining = true
  }
}
