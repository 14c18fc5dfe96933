import { stripIgnoredCharacters } from 'graphql'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'

/** The documents of an installation's clients. */
export interface Manifest {
  readonly texts: readonly string[]
  /** The document with this id, as the client's compiler named it. */
  textOf(id: string): string | undefined
  /** True for a document of the manifest, whatever its white space. */
  lists(text: string): boolean
  /** Names of its operations. */
  readonly names: ReadonlySet<string>
}

const byId = z.record(z.string(), z.string())
// What Apollo's tools write; codegen and Relay write the plain record.
const ofApollo = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
})

/**
 * Reads a manifest of persisted documents.
 * @throws Error when the text is none
 */
export function readManifest(json: string): Manifest {
  const { success, data: given } = z.union([ofApollo, byId]).safeParse(JSON.parse(json))
  if (!success) throw new Error("it holds neither texts by their hash nor what Apollo's tools write")
  const entries =
    'operations' in given && Array.isArray(given.operations)
      ? given.operations.map(({ id, body }) => [id, body] as const)
      : Object.entries(given as z.output<typeof byId>)
  const texts = new Map(entries.map(([id, text]) => [bareHash(id), text]))
  const listed = new Set([...texts.values()].map(normalised))
  const asked = new LRUCache<string, { readonly isListed: boolean }>({
    maxSize: 4 * 1024 * 1024,
    sizeCalculation: (_, text) => text.length + 1,
  })
  const names = [...texts.values()].flatMap((text) => /^\s*(?:query|mutation|subscription)\s+(\w+)/.exec(text)?.[1] ?? [])
  return {
    names: new Set(names),
    texts: [...texts.values()],
    textOf: (id) => texts.get(bareHash(id)),
    lists(text) {
      const known = asked.get(text)
      if (known) return known.isListed
      const isListed = listed.has(normalised(text))
      asked.set(text, { isListed })
      return isListed
    },
  }
}

/** A SHA-256 without the prefix that some compilers give it. */
export const bareHash = (id: string): string => id.replace(/^sha256:/, '')

function normalised(text: string): string {
  try {
    return stripIgnoredCharacters(text)
  } catch {
    return text
  }
}
