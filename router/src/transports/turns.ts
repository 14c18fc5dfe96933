const TICK_MS = 1_000

/** Something that everybody does once in a period. */
export interface Turns<Who> extends Disposable {
  add(who: Who): void
  delete(who: Who): void
}

/** Calls `act` for each of them once in `seconds`. They take turns: all at once would hold up the rest. */
export function takeTurns<Who>(seconds: number, act: (who: Who) => void): Turns<Who> {
  const slots = Array.from({ length: seconds }, () => new Set<Who>())
  const slotOf = new Map<Who, Set<Who>>()
  let turn = 0
  let added = 0
  const clock = setInterval(() => {
    turn = (turn + 1) % seconds
    for (const who of slots[turn] ?? []) act(who)
  }, TICK_MS)
  return {
    add(who) {
      added += 1
      const slot = slots[added % seconds]
      if (slot) slotOf.set(who, slot.add(who))
    },
    delete(who) {
      slotOf.get(who)?.delete(who)
      slotOf.delete(who)
    },
    [Symbol.dispose]: () => clearInterval(clock),
  }
}
