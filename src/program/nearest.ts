/** Names longer than this are not compared: nobody mistypes that much, and the work grows with the square. */
const maxLength = 64

/**
 * The name that was most likely meant, undefined when none is near: at most a third of the letters, but always one,
 * may be wrong. Case does not count.
 */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  if (given.length > maxLength) return undefined
  const wanted = given.toLowerCase()
  let best: string | undefined
  let limit = Math.max(1, Math.floor(given.length / 3))
  for (const name of names) {
    if (name.length > maxLength || Math.abs(name.length - given.length) > limit) continue
    const distance = editDistance(wanted, name.toLowerCase())
    if (distance > limit || name === given) continue
    best = name
    limit = distance - 1
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(replace, last[j]! + 1, row[j - 1]! + 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) least = Math.min(least, beforeLast[j - 2]! + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

/** "is no field; did you mean 'x'?", or the names there are when none is near. */
export function unknownName(what: string, given: string, names: readonly string[]): string {
  const meant = nearest(given, names)
  if (meant !== undefined) return `is no known ${what}; did you mean '${meant}'?`
  if (names.length === 0) return `is no known ${what}; there are none here`
  const shown = names.length > 12 ? [...names.slice(0, 12), '...'] : names
  return `is no known ${what}; known are ${shown.join(', ')}`
}
