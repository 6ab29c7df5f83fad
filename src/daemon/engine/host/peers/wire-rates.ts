import type { Wire } from 'webtorrent'

/** The mean of so many seconds or so: libtorrent's and webtorrent's peers are compared by it. */
const meanSeconds = 5

/**
 * How fast a connection is, from its byte counters, which are looked at once in a while. It takes the place of
 * webtorrent's speed meters: those ask the clock for every message.
 */
export class WireRate {
  /** Piece data, bytes/s, the mean of some seconds. */
  down = 0
  up = 0
  /** The same between the last two looks. */
  downNow = 0
  readonly #wire: Wire
  #downloaded: number
  #uploaded: number
  #measured = false

  constructor(wire: Wire) {
    this.#wire = wire
    this.#downloaded = wire.downloaded
    this.#uploaded = wire.uploaded
    // webtorrent calls them with bytes to count, and without to know
    wire.downloadSpeed = () => this.down
    wire.uploadSpeed = () => this.up
  }

  /** Looks at the counters, so many seconds after the last look. */
  look(seconds: number): void {
    const { downloaded, uploaded } = this.#wire
    this.downNow = (downloaded - this.#downloaded) / seconds
    const up = (uploaded - this.#uploaded) / seconds
    this.#downloaded = downloaded
    this.#uploaded = uploaded
    const share = this.#measured ? Math.min(1, seconds / meanSeconds) : 1
    this.#measured ||= this.downNow > 0 || up > 0
    this.down += (this.downNow - this.down) * share
    this.up += (up - this.up) * share
  }
}
