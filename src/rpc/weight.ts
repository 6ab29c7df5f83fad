/** Work on values of this weight takes a millisecond or two: what is heavier is worked on in turns. */
export const heavy = 4096

/** Characters of a text that weigh as much as a number. */
const charsPerValue = 32

/** How much there is in a JSON value: about a point for each number, more for long texts. Stops counting at `most`. */
export function weigh(value: unknown, most: number = heavy): number {
  if (typeof value === 'string') return 1 + value.length / charsPerValue
  if (typeof value !== 'object' || value === null) return 1
  let sum = 1
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && sum < most; i++) sum += weigh(value[i], most - sum)
    return sum
  }
  for (const name in value) {
    sum += 1 + weigh((value as Record<string, unknown>)[name], most - sum)
    if (sum >= most) break
  }
  return sum
}

/** Whether a value is more than one turn's work. */
export function isHeavy(value: unknown): boolean {
  return weigh(value) >= heavy
}
