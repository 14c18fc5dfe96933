import type { Json } from './merge.ts'

/** The text of an object, and the shape in which it was written. */
export interface WrittenText {
  shape: unknown
  text: string
}

/** Objects that stand in several places of one answer: their text is written once. */
export type Repeats = Map<Json, WrittenText>

export const NO_REPEATS: Repeats = new Map()
