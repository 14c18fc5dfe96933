/** Randomness that a seed decides: the same seed, the same choices. */
export interface Random {
  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number
  /** True `percent` times of a hundred. */
  chance(percent: number): boolean
  pick<T>(from: readonly T[]): T
}

/** A number of 32 bits for a text; near texts give far numbers. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return mix(value)
}

function mix(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

export function randomOf(seed: number): Random {
  let state = mix(seed ^ 0x9e3779b9)
  const below = (limit: number) => {
    state = (state + 0x9e3779b9) | 0
    return mix(state) % limit
  }
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick(from) {
      const one = from[below(from.length)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
  }
}
