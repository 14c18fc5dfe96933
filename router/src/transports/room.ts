/** Those who wait until a connection takes bytes again. */
export interface Room {
  /** Resolves when `free` is called. */
  wait(): Promise<void>
  /** Lets all go on who wait by now. */
  free(): void
}

export function openRoom(): Room {
  let waiting: (() => void)[] = []
  return {
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    free() {
      const before = waiting
      waiting = []
      for (const goOn of before) goOn()
    },
  }
}
