/** How far back a rate looks, ms. */
const window = 3000
/** Samples closer together than this are taken as one, ms. */
const step = 200

/** Turns a growing counter into a rate: the mean over the last seconds. */
export class Meter {
  readonly #samples: { at: number; value: number }[] = []

  /** Bytes a second, from the counter's value now. Falls to 0 within the window when nothing grows. */
  rate(value: number, now: number): number {
    const samples = this.#samples
    const last = samples.at(-1)
    if (last === undefined || now - last.at >= step) samples.push({ at: now, value })
    while (samples.length > 2 && now - samples[1]!.at >= window) samples.shift()
    const first = samples[0]!
    // a young meter divides by a second at least: two samples close together say nothing
    const seconds = Math.max(1, (now - first.at) / 1000)
    return Math.round((value - first.value) / seconds)
  }
}
