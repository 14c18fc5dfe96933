import { createHash } from 'node:crypto'
import { TypeID, typeid } from 'typeid-js'

// TypeIDs (https://github.com/jetify-com/typeid): a prefix that names the type and a UUIDv7 (RFC 9562) in 26 base32 characters.

/** A new UUIDv7 in its usual spelling: sortable by time. */
export const uuidv7 = (): string => typeid().toUUID()

/** A new id of a type: `newId('user')` gives `user_01h…`. */
export const newId = (prefix: string): string => typeid(prefix).toString()

/** The parts of an id, or null when it is not one. */
export function parseId(id: string): { readonly prefix: string; readonly uuid: string } | null {
  const cut = id.lastIndexOf('_')
  if (cut < 1 || id.length - cut !== 27) return null
  try {
    const prefix = id.slice(0, cut)
    return { prefix, uuid: typeid(prefix, id.slice(cut + 1)).toUUID() }
  } catch {
    return null
  }
}

/** True when the text is an id of this type. */
export const isId = (id: string, prefix: string): boolean => parseId(id)?.prefix === prefix

/** When an id was made, to the millisecond; null when it is not one. */
export function idTime(id: string): Date | null {
  const parsed = parseId(id)
  return parsed && new Date(Number.parseInt(parsed.uuid.replace('-', '').slice(0, 12), 16))
}

/**
 * The same id for the same seed: for data that is set up again and must be found again.
 * A UUIDv7 whose random bits are the SHA-256 of prefix and seed.
 */
export function deterministicId(prefix: string, seed: string, time: Date): string {
  const bytes = createHash('sha256').update(`${prefix}\0${seed}`).digest().subarray(0, 16)
  bytes.writeUIntBE(time.getTime(), 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return TypeID.fromUUIDBytes(prefix, bytes).toString()
}
