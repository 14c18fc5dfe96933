/**
 * Waits until a condition holds: the last failure or false answer is the message when it never does.
 * @param check throws or answers false while it does not hold yet
 */
export async function eventually<T>(check: () => Promise<T> | T, options: { readonly withinMs?: number } = {}): Promise<Exclude<T, false>> {
  const { withinMs = 20_000 } = options
  const until = Date.now() + withinMs
  for (;;) {
    try {
      const value = await check()
      if (value !== false) return value as Exclude<T, false>
      if (Date.now() > until) throw new Error('The condition never held.')
    } catch (error) {
      if (Date.now() > until) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
