/** Work of one client may hold up the others for so long at a time, ms. */
const turnMs = 5

/** Cuts long work into turns, so that other clients are served in between. */
export class Turns {
  #since = performance.now()

  /** To be awaited between two steps: lets others work if this one has for long enough. */
  async next(): Promise<void> {
    if (performance.now() - this.#since >= turnMs) await this.others()
  }

  /** Before and after a step that cannot be cut. */
  async others(): Promise<void> {
    await new Promise(setImmediate)
    this.#since = performance.now()
  }
}
