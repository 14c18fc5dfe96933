const PERCENT = /^percent\((\d+(?:\.\d+)?)\)$/

/**
 * Chooses for each request which progressive overrides hold: `percent(N)` for N of a hundred requests, any other label while it is switched on.
 * One number decides all percentages of a request, so it sees no more kinds of plans than there are percentages, and one.
 * @param labels of the supergraph
 * @param on labels that are switched on
 * @param random from 0 up to, not including, 1
 */
export function labelChooser(
  labels: readonly string[],
  on: readonly string[],
  random: () => number = Math.random,
): () => readonly string[] {
  if (labels.length === 0) return () => labels
  const percentages = new Map(labels.map((label) => [label, PERCENT.exec(label)?.[1]]))
  return () => {
    const drawn = random() * 100
    return labels.filter((label) => {
      const percentage = percentages.get(label)
      return percentage === undefined ? on.includes(label) : drawn < Number(percentage)
    })
  }
}
