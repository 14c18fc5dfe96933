import { currentTraceId } from '@vibely/kit/errors'
import type { FastifyRequest } from 'fastify'

interface Notes {
  readonly trace_id: string | undefined
  readonly op: string | undefined
}

const notes = new WeakMap<FastifyRequest, Notes>()

/** Keeps what the request's log line should say and its end no longer knows: the trace, and the operation's name. The first note stays. */
export function noteOperation(request: FastifyRequest, op?: string): void {
  if (!notes.has(request)) notes.set(request, { trace_id: currentTraceId(), op })
}

/** One line a request; probes leave none. */
export function requestLine(request: FastifyRequest, status: number, milliseconds: number): object | null {
  const path = request.url.split('?', 1)[0] ?? ''
  if (/^\/(live|ready|startup)z$/.test(path)) return null
  return { method: request.method, path, status, ms: Math.round(milliseconds), ...notes.get(request) }
}
