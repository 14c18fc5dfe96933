import type { FastifyServerOptions } from 'fastify'

function unknown(): never {
  throw new Error('no route of this server has a schema')
}

/** Options of a Fastify whose routes have no schemas: what compiles those, Ajv and fast-json-stringify, is not loaded then, 3 MB of memory. */
export const withoutSchemas: FastifyServerOptions = {
  schemaController: { compilersFactory: { buildValidator: () => unknown, buildSerializer: () => unknown } },
}
